# bands.gp -- several models on one figure: nominal, certified by box and by the tight domain,
# withstanding attack; the band between proof and attack is what nobody knows.
#
#   gnuplot -c bands.gp OUTPUT svg|png|pdf TITLE NAME FOLDER [NAME FOLDER ...]     (up to 4 models)
#
# A folder holds what `certify --csv` wrote: box.csv and tight.csv, the second with --attack all.
if (ARG2 eq "svg") set terminal svg size 860,520 dynamic background rgb "white" font "Helvetica,14"
if (ARG2 eq "png") set terminal pngcairo size 1290,780 font "Helvetica,16"
if (ARG2 eq "pdf") set terminal pdfcairo size 18cm,11cm font "Helvetica,11"
set output ARG1
set title ARG3 noenhanced
set datafile separator ","
set xlabel "zeta: every parameter within theta +- zeta |theta|"
set ylabel "samples [%]"
set yrange [0:104]
set ytics 0,20,100
set grid ytics linecolor rgb "#dddddd"
set key outside bottom center horizontal maxcols 3 noenhanced
set logscale x
set format x "10^{%T}"
set border 3
set tics nomirror
array arguments[8] = [ARG4, ARG5, ARG6, ARG7, ARG8, ARG9, "", ""]
models = (ARGC - 3) / 2
array colours[4] = ["#08519c", "#a63603", "#238b45", "#6a51a3"]
z(x) = x > 0 ? x : NaN
file(i, name) = arguments[2*i] . "/" . name
plot for [i=1:models] file(i, "tight.csv") every ::1 using (z($1)):(100*$4/$2):(100*($3-$5)/$2) \
         with filledcurves linecolor rgb colours[i] fillstyle transparent solid 0.12 notitle, \
     for [i=1:models] file(i, "tight.csv") every ::1 using (z($1)):(100*$4/$2) with linespoints \
         linewidth 2.5 pointtype 7 pointsize 0.5 linecolor rgb colours[i] \
         title arguments[2*i-1] . ", certified", \
     for [i=1:models] file(i, "box.csv") every ::1 using (z($1)):(100*$4/$2) with lines \
         linewidth 2 dashtype 2 linecolor rgb colours[i] title arguments[2*i-1] . ", by box", \
     for [i=1:models] file(i, "tight.csv") every ::1 using (z($1)):(100*($3-$5)/$2) with lines \
         linewidth 1.5 dashtype 3 linecolor rgb colours[i] title arguments[2*i-1] . ", attacked", \
     for [i=1:models] file(i, "tight.csv") every ::1 using (z($1)):(100*$3/$2) with lines \
         linewidth 0.8 linecolor rgb colours[i] notitle
