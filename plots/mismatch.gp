# mismatch.gp -- accuracy of chips against the deviation of their parameters.
#
#   gnuplot -c mismatch.gp POINTS OUTPUT svg|png|pdf TITLE
#
# POINTS has a line per level: level, mean, standard deviation, least, greatest accuracy in %, and
# "name"; a block per model, two blank lines between them.
points = ARG1
if (ARG3 eq "svg") set terminal svg size 720,440 dynamic background rgb "white" font "Helvetica,14"
if (ARG3 eq "png") set terminal pngcairo size 1080,660 font "Helvetica,16"
if (ARG3 eq "pdf") set terminal pdfcairo size 16cm,10cm font "Helvetica,11"
set output ARG2
set title ARG4 noenhanced
set xlabel "standard deviation of the mismatch"
set ylabel "test accuracy [%]"
set yrange [0:104]
set ytics 0,20,100
set grid ytics linecolor rgb "#dddddd"
set key bottom left Left reverse noenhanced
set border 3
set tics nomirror
stats points using 1 nooutput
if (STATS_min == STATS_max) set xrange [STATS_min - 0.05:STATS_max + 0.05]
name(m) = system(sprintf("awk -v want=%d 'NF && !inside {inside = 1; if (block++ == want) {gsub(/\"/, \"\", $6); print $6}} !NF {inside = 0}' '%s'", m, points))
array pale = ["#9ecae1", "#fdae6b"]
array deep = ["#08519c", "#a63603"]
plot for [m = 0:STATS_blocks - 1] points index m using 1:4:5 with filledcurves \
         linecolor rgb pale[m + 1] fillstyle transparent solid 0.35 title "least to greatest", \
     for [m = 0:STATS_blocks - 1] points index m using 1:2:3 with yerrorlines linewidth 2 \
         pointtype 7 linecolor rgb deep[m + 1] title name(m)." (mean, standard deviation)"
