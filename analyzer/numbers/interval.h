/* interval.h -- scalar intervals of real numbers, at any precision.
 *
 * An interval is a closed, possibly unbounded set [lo, hi] of real numbers, or
 * empty (the set-based flavour of IEEE 1788-2015).  Every function makes z
 * contain { f(x, y, ...) : x in x, y in y, f defined there } and, each end being
 * rounded once from its exact value, makes it as tight as z's precision allows.
 * Destinations come first; they may be operands too. */
#ifndef NUMBERS_INTERVAL_H
#define NUMBERS_INTERVAL_H

#include <gmp.h>
#include <mpfr.h>

struct interval {
    int empty;
    mpfr_t lo, hi;
};

/* [0, 0] with ends of `bits` bits. */
void interval_init(struct interval *z, int bits);
void interval_clear(struct interval *z);

void interval_set_empty(struct interval *z);
void interval_set_entire(struct interval *z);
/* The hull of two numbers; lower <= upper, infinities allowed outward. */
void interval_set_doubles(struct interval *z, double lower, double upper);
void interval_set_rational(struct interval *z, const mpq_t value);

void interval_neg(struct interval *z, const struct interval *x);
void interval_abs(struct interval *z, const struct interval *x);
void interval_add(struct interval *z, const struct interval *x, const struct interval *y);
void interval_sub(struct interval *z, const struct interval *x, const struct interval *y);
void interval_mul(struct interval *z, const struct interval *x, const struct interval *y);
void interval_div(struct interval *z, const struct interval *x, const struct interval *y);
void interval_sqr(struct interval *z, const struct interval *x);
void interval_sqrt(struct interval *z, const struct interval *x);
void interval_exp(struct interval *z, const struct interval *x);
/* x y + w, each end rounded once. */
void interval_fma(struct interval *z, const struct interval *x, const struct interval *y,
                  const struct interval *w);
void interval_max(struct interval *z, const struct interval *x, const struct interval *y);
void interval_min(struct interval *z, const struct interval *x, const struct interval *y);

#endif
