# training-curves.gp -- losses and accuracies over the epochs of a training run.
#
#   gnuplot -c training-curves.gp POINTS OUTPUT svg|png|pdf TITLE
#
# POINTS has a line per epoch: epoch, loss, robust loss, train %, valid %, commas between.
points = ARG1
set datafile separator ","
if (ARG3 eq "svg") set terminal svg size 720,640 dynamic background rgb "white" font "Helvetica,14"
if (ARG3 eq "png") set terminal pngcairo size 1080,960 font "Helvetica,16"
if (ARG3 eq "pdf") set terminal pdfcairo size 16cm,14cm font "Helvetica,11"
set output ARG2
set multiplot layout 2,1 title ARG4 noenhanced
set border 3
set tics nomirror
set grid ytics linecolor rgb "#dddddd"
stats points using 1 nooutput
set xrange [0.5:STATS_max+0.5]
set ylabel "accuracy [%]"
set key bottom right
plot points using 1:4 with linespoints linewidth 2 pointtype 7 pointsize 0.5 \
         linecolor rgb "#9ecae1" title "training", \
     points using 1:5 with linespoints linewidth 2.5 pointtype 7 pointsize 0.5 \
         linecolor rgb "#08519c" title "validation"
set ylabel "loss"
set xlabel "epoch"
set key top right
stats points using 3 nooutput
robust = STATS_max > 0
set yrange [0:*]
plot points using 1:2 with linespoints linewidth 2.5 pointtype 7 pointsize 0.5 \
         linecolor rgb "#a63603" title "task", \
     points using 1:(robust ? $3 : NaN) with linespoints linewidth 2 pointtype 7 pointsize 0.5 \
         linecolor rgb "#fdae6b" title (robust ? "robustness" : "")
unset multiplot
