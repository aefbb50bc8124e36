/* box_ends.h -- the ends of every parameter's interval, outward, in binary64 and in mpfr.
 *
 * A tensor is named by where it begins in the theta of the box's network (specs/box.h);
 * the box must vary parameters only (box_weights). */
#ifndef NUMBERS_BOX_ENDS_H
#define NUMBERS_BOX_ENDS_H

#include <mpfr.h>

#include "specs/box.h"

/* lower[i] <= every value that parameter i of the tensor values[0 .. count) may take
 * <= upper[i]; overflow gives infinities.  The caller's rounding mode, FTZ and DAZ do
 * not matter. */
void box_ends_double(const struct box *box, const float *values, size_t count, double *lower,
                     double *upper);

/* The same at the precision of lower and upper, which must be initialised. */
void box_ends_mpfr(const struct box *box, const float *values, size_t count, mpfr_t *lower,
                   mpfr_t *upper);

/* For engines, which ask element by element: one tensor's part of a box, sizes rounded up. */
struct double_part {
    const float *values;
    double by_size, constant, zeta;
    const float *lower, *upper; /* or NULL, then the radius is by_size |value| + constant */
    int sizes;
    int relative; /* is the interval value (1 +- by_size)? */
};
struct double_part double_part_of(const struct box *box, const float *values, size_t count);

/* neg >= -(lower end), hi >= upper end.  Called with rounding upward. */
void double_part_ends(const struct double_part *part, size_t i, double *neg, double *hi);

struct mpfr_part {
    const float *values;
    mpfr_t by_size, constant, zeta; /* rounded up */
    mpfr_t value, down, up;         /* scratch */
    const float *lower, *upper;
    int sizes;
};
void mpfr_part_init(struct mpfr_part *part, const struct box *box, const float *values,
                    size_t count, int bits);
void mpfr_part_clear(struct mpfr_part *part);
/* Called with rounding to nearest, FTZ and DAZ off. */
void mpfr_part_ends(struct mpfr_part *part, size_t i, mpfr_t lo, mpfr_t hi);

#endif
