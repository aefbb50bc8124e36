/* curve.h -- the certification curve, drawn by gnuplot (plots/certification-curve.gp). */
#ifndef ANALYZER_CURVE_H
#define ANALYZER_CURVE_H

#include "analyzer/report.h"

/* Draw accuracy against zeta into `path`, whose ending (.svg, .png, .pdf) chooses
 * the format.  Atomic.  Returns 0, or -1 with the reason (no gnuplot, ...). */
int curve_draw(const struct report *report, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

/* Can a curve be drawn to this path?  Says why not before any work is done. */
int curve_check(const char *path, struct fault *fault) __attribute__((warn_unused_result));

#endif
