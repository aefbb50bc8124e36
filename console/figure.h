/* figure.h -- figures drawn by gnuplot from a script in plots/ and a file of points.
 *
 * The ending of a figure's name (.svg, .png, .pdf) chooses its format. */
#ifndef CONSOLE_FIGURE_H
#define CONSOLE_FIGURE_H

#include <stdio.h>

#include "specs/fault.h"

/* Can `script` draw to `path`?  Says why not before any work is done: an unknown ending, or
 * a script that is neither beside the build nor installed nor in $STEADFAST_PLOTS. */
int figure_check(const char *path, const char *script, struct fault *fault)
    __attribute__((warn_unused_result));

/* Run `script` with the points that `write` prints and the title.  The figure appears whole
 * or not at all.  Returns 0, or -1 with the reason (no gnuplot, unwritable, ...). */
int figure_draw(const char *path, const char *script, const char *title,
                void (*write)(const void *context, FILE *points), const void *context,
                struct fault *fault) __attribute__((warn_unused_result));

#endif
