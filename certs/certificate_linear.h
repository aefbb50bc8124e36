/* certificate_linear.h -- reading linear evidence, bounds between the layers (certificate.md). */
#ifndef CERTS_CERTIFICATE_LINEAR_H
#define CERTS_CERTIFICATE_LINEAR_H

#include "certificate_words.h"
#include "specs/fault.h"

#define LINEAR_MEMBERS 36 /* of a window, at most */

struct linear_text {
    struct text text;
    double unit; /* numbers are in units of this */
    struct fault *fault;
};

/* What is said of a window: `winner` and `top` are members' numbers, named[i] is set for those not
 * said to be at most the winner + excess. */
struct linear_window {
    size_t winner, top;
    double excess;
    unsigned char named[LINEAR_MEMBERS];
};

/* Where a layer's bounds come from: from interval arithmetic, from the evidence, or from rows that
 * the reader takes back to the input. */
enum linear_source { LINEAR_INTERVALS, LINEAR_CLAIMED, LINEAR_FOUND };

/* All return 0, or -1 with the defect.  linear_head: the line " NAME INDEX EXPONENT", which sets
 * the unit; linear_bounds: that of name "bounds", or " found INDEX", or no line.  Then numbers: a
 * value's bounds, exact; a window of so many members; a margin, greater than 0.  linear_end: the
 * end of a line. */
int linear_head(struct linear_text *t, const char *name, size_t index)
    __attribute__((warn_unused_result));
int linear_bounds(struct linear_text *t, size_t index, enum linear_source *source)
    __attribute__((warn_unused_result));
int linear_value(struct linear_text *t, double *low, double *high)
    __attribute__((warn_unused_result));
int linear_window(struct linear_text *t, size_t members, struct linear_window *window)
    __attribute__((warn_unused_result));
int linear_margin(struct linear_text *t, size_t class, double *margin)
    __attribute__((warn_unused_result));
int linear_end(struct linear_text *t, const char *expected) __attribute__((warn_unused_result));

#endif
