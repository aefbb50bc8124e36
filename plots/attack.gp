# attack.gp -- accuracy under attack against the size of the weight box (paper, Fig. 3).
#
#   gnuplot -c attack.gp POINTS OUTPUT svg|png|pdf TITLE
#
# POINTS has a line per size: zeta, accuracies in % of the nominal parameters, of random
# corners, of the worst single chip found, of attacks sample by sample, and certified; NaN
# where one was not measured.
points = ARG1
if (ARG3 eq "svg") set terminal svg size 720,440 dynamic background rgb "white" font "Helvetica,14"
if (ARG3 eq "png") set terminal pngcairo size 1080,660 font "Helvetica,16"
if (ARG3 eq "pdf") set terminal pdfcairo size 16cm,10cm font "Helvetica,11"
set output ARG2
set title ARG4 noenhanced
set xlabel "size of the box, {/Symbol z}"
set ylabel "accuracy [%]"
set yrange [0:104]
set ytics 0,20,100
set grid ytics linecolor rgb "#dddddd"
set key bottom left
set border 3
set tics nomirror
stats points using 1 nooutput
if (STATS_min == STATS_max) set xrange [STATS_min * 0.5:STATS_max * 1.5 + 1e-9]
# Anything at all in column n?
some(n) = system(sprintf("awk '$%d != \"NaN\"' '%s' | wc -l", n, points)) + 0
plot points using 1:2 with lines dashtype 2 linecolor rgb "#888888" title "nominal", \
     (some(3) ? points : "/dev/null") using 1:3 with linespoints linewidth 2 pointtype 6 \
         linecolor rgb "#238b45" title (some(3) ? "random corners" : ""), \
     points using 1:4 with linespoints linewidth 2 pointtype 7 linecolor rgb "#cb181d" \
         title "one attacked chip", \
     (some(5) ? points : "/dev/null") using 1:5 with linespoints linewidth 2 pointtype 9 \
         linecolor rgb "#67000d" title (some(5) ? "attacked sample by sample" : ""), \
     (some(6) ? points : "/dev/null") using 1:6 with linespoints linewidth 2 pointtype 5 \
         linecolor rgb "#08519c" title (some(6) ? "certified" : "")
