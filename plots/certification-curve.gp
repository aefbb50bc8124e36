# certification-curve.gp -- certified accuracy against the size of the weight box.
#
#   gnuplot -c certification-curve.gp POINTS OUTPUT svg|png|pdf TITLE
#
# POINTS has a line per zeta: zeta, nominal %, certified %, in any order of zeta.
points = ARG1
if (ARG3 eq "svg") set terminal svg size 720,440 dynamic background rgb "white" font "Helvetica,14"
if (ARG3 eq "png") set terminal pngcairo size 1080,660 font "Helvetica,16"
if (ARG3 eq "pdf") set terminal pdfcairo size 16cm,10cm font "Helvetica,11"
set output ARG2
set title ARG4 noenhanced
set xlabel "zeta: every parameter within theta +- zeta |theta|"
set ylabel "accuracy [%]"
set yrange [0:104]
set ytics 0,20,100
set grid ytics linecolor rgb "#dddddd"
set key bottom left
set logscale x
set format x "10^{%T}"
set border 3
set tics nomirror
positive(z) = z > 0 ? z : NaN
stats points using (positive($1)) nooutput
low = STATS_min; high = STATS_max
if (low == high) { low = low / 3.0; high = high * 3.0 }
set xrange [low/1.5:high*1.5]
plot points using (positive($1)):3 smooth unique with filledcurves y1=0 \
         linecolor rgb "#9ecae1" fillstyle transparent solid 0.35 notitle, \
     points using (positive($1)):3 smooth unique with linespoints linewidth 2.5 \
         pointtype 7 linecolor rgb "#08519c" title "certified (proof over the whole box)", \
     points using (positive($1)):2 smooth unique with lines linewidth 2 dashtype 2 \
         linecolor rgb "#444444" title "nominal (unperturbed)"
