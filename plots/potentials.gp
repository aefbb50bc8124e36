# potentials.gp -- membrane potentials against the firing threshold (paper, Fig. S10).
#
#   gnuplot -c potentials.gp POINTS OUTPUT svg|png|pdf TITLE
#
# POINTS has lines of V / B, density, "name": a block per model, two blank lines between them.
points = ARG1
if (ARG3 eq "svg") set terminal svg size 720,440 dynamic background rgb "white" font "Helvetica,14"
if (ARG3 eq "png") set terminal pngcairo size 1080,660 font "Helvetica,16"
if (ARG3 eq "pdf") set terminal pdfcairo size 16cm,10cm font "Helvetica,11"
set output ARG2
set title ARG4 noenhanced
set xlabel "membrane potential, in thresholds"
set ylabel "density"
set yrange [0:*]
set border 3
set tics nomirror
set key outside top center vertical noenhanced
set arrow from 1, graph 0 to 1, graph 1 nohead dashtype 2 linecolor rgb "#cb181d"
stats points using 1 nooutput
plot for [m = 0:STATS_blocks - 1] points index m using 1:2 with lines linewidth 2 \
     title system(sprintf("awk -v want=%d 'NF && !in_block {in_block = 1; if (block++ == want) {gsub(/\"/, \"\", $3); print $3}} !NF {in_block = 0}' '%s'", m, points))
