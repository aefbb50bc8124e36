# landscape.gp -- loss along random directions, or over a plane (paper, Fig. 2).
#
#   gnuplot -c landscape.gp POINTS OUTPUT svg|png|pdf TITLE
#
# POINTS has lines of row, alpha, loss: a block per direction, two blank lines between them; or
# a plane, its rows one blank line apart and named by their beta.
points = ARG1
if (ARG3 eq "svg") set terminal svg size 720,440 dynamic background rgb "white" font "Helvetica,14"
if (ARG3 eq "png") set terminal pngcairo size 1080,660 font "Helvetica,16"
if (ARG3 eq "pdf") set terminal pdfcairo size 16cm,10cm font "Helvetica,11"
set output ARG2
set title ARG4 noenhanced
set xlabel "{/Symbol a}"
set tics nomirror
stats points using 3 nooutput
directions = STATS_blocks
rows = system(sprintf("awk 'NF {print $1}' '%s' | uniq | wc -l", points)) + 0
if (directions == 1 && rows > 1) {
    set ylabel "{/Symbol b}"
    set cblabel "cross-entropy"
    unset key
    set xrange [*:*] noextend
    set yrange [*:*] noextend
    set palette defined (0 "#08306b", 1 "#6baed6", 2 "#f7fbff", 3 "#fc9272", 4 "#67000d")
    plot points using 2:1:3 with image
} else {
    set ylabel "cross-entropy"
    set grid ytics linecolor rgb "#dddddd"
    set key top center
    set border 3
    plot for [d = 0:directions - 1] points index d using 2:3 with lines linewidth 2 \
         title sprintf("direction %d", d)
}
