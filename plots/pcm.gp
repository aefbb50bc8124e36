# pcm.gp -- accuracy of chips of phase-change memory against the time since programming.
#
#   gnuplot -c pcm.gp POINTS OUTPUT svg|png|pdf TITLE
#
# POINTS has a line per time: seconds, mean, standard deviation, least, greatest and digital
# accuracy in %, in rising order, and where another model is compared with, mean, standard
# deviation, least and greatest of its chips.  A time of 0 is drawn at 1 s.
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
compared = STATS_columns >= 10
stats points using 4 nooutput
least = STATS_min
if (compared) {
    stats points using 9 nooutput
    least = STATS_min < least ? STATS_min : least
}
bottom = least - 2 > 0 ? least - 2 : 0
set yrange [bottom:101]
band = "using (at($1)):%d:%d with filledcurves fillstyle transparent solid 0.35 linecolor rgb '%s'"
line = "using (at($1)):%d:%d with yerrorlines linewidth 2 pointtype 7 linecolor rgb '%s'"
own = sprintf("points ".band, 4, 5, "#9ecae1")." title 'least to greatest', points ". \
      sprintf(line, 2, 3, "#08519c")." title 'mean and standard deviation over chips', "
other = compared ? sprintf("points ".band, 9, 10, "#fdbb84")." notitle, points ". \
        sprintf(line, 7, 8, "#d7301f")." title 'the same of the other model', " : ""
eval "plot ".own.other."points using (at($1)):6 with lines linewidth 2 dashtype 2 ". \
     "linecolor rgb '#444444' title 'digital network'"
