# radii.gp -- the sandwich: how many samples are proven, and how many withstand attack, at a size.
#
#   gnuplot -c radii.gp POINTS OUTPUT svg|png|pdf TITLE
#
# POINTS has a line per zeta: zeta, samples with at least that certified radius in % of all,
# samples not found broken up to there in % of those attacked (NaN where none was).
points = ARG1
if (ARG3 eq "svg") set terminal svg size 720,440 dynamic background rgb "white" font "Helvetica,14"
if (ARG3 eq "png") set terminal pngcairo size 1080,660 font "Helvetica,16"
if (ARG3 eq "pdf") set terminal pdfcairo size 16cm,10cm font "Helvetica,11"
set output ARG2
set title ARG4 noenhanced
set xlabel "zeta: every parameter within theta +- zeta |theta|"
set ylabel "samples [%]"
set yrange [0:104]
set ytics 0,20,100
set grid ytics linecolor rgb "#dddddd"
set key outside bottom center horizontal
set logscale x
set format x "10^{%T}"
set border 3
set tics nomirror
set xrange [1e-7:1]
plot points using 1:2:3 with filledcurves linecolor rgb "#fdd0a2" \
         fillstyle transparent solid 0.5 title "open: neither proven nor broken", \
     points using 1:2 with lines linewidth 2.5 linecolor rgb "#08519c" \
         title "certified radius at least zeta", \
     points using 1:3 with lines linewidth 2.5 linecolor rgb "#a63603" \
         title "not broken by an attack within zeta"
