# pcm.gp -- accuracy of chips of phase-change memory against the time since programming.
#
#   gnuplot -c pcm.gp POINTS OUTPUT svg|png|pdf TITLE
#
# POINTS has a line per time: seconds, mean, standard deviation, least, greatest and digital
# accuracy in %, in rising order.  A time of 0 is drawn at 1 s.
points = ARG1
if (ARG3 eq "svg") set terminal svg size 720,440 dynamic background rgb "white" font "Helvetica,14"
if (ARG3 eq "png") set terminal pngcairo size 1080,660 font "Helvetica,16"
if (ARG3 eq "pdf") set terminal pdfcairo size 16cm,10cm font "Helvetica,11"
set output ARG2
set title ARG4 noenhanced
set xlabel "time since programming [s]"
set ylabel "test accuracy [%]"
set grid ytics linecolor rgb "#dddddd"
set key bottom left
set border 3
set tics nomirror
set logscale x
set format x "10^{%T}"
at(t) = t > 0 ? t : 1
stats points using (at($1)) nooutput
set xrange [STATS_min/3:STATS_max*3]
stats points using 4 nooutput
bottom = STATS_min - 2 > 0 ? STATS_min - 2 : 0
set yrange [bottom:101]
plot points using (at($1)):4:5 with filledcurves linecolor rgb "#9ecae1" \
         fillstyle transparent solid 0.35 title "least to greatest", \
     points using (at($1)):2:3 with yerrorlines linewidth 2 pointtype 7 linecolor rgb "#08519c" \
         title "mean and standard deviation over chips", \
     points using (at($1)):6 with lines linewidth 2 dashtype 2 linecolor rgb "#444444" \
         title "digital network"
