/* audit_linear.h -- the auditor's backward substitution; private to audit_linear.c, _rows, _spot.
 *
 * Everything is an upper bound, rounded upward: q <= sum_i c_i v_i + constant over values v
 * (specs/graph.h), for every parameter vector in the box.  What a quantity is at least is minus
 * what its negative is at most. */
#ifndef CERTS_AUDIT_LINEAR_H
#define CERTS_AUDIT_LINEAR_H

#include "audit_network.h"

/* A window's value a from the values v that it reads:
 *   a >= v at `below` if `follows`, else a >= 0;
 *   a <= max(v, others) + excess, v the value at `above`. */
struct line {
    uint32_t below, above;
    int follows;
    double others, excess;
};

/* What max(v, others) + excess is at most for v = e. */
static inline double line_at(const struct line *l, double e)
{
    return audit_max(e, l->others) + l->excess;
}

/* One sample's rows. */
struct rows {
    const struct audit_network *network;
    struct span *values;  /* bounds of every value; infinite ones above the layer in hand */
    struct line *lines;   /* by value, of windows */
    double *coefficients; /* by value; 0 between rows */
    double constant;
    struct reach { /* [layers]: no coefficients but from low to below high */
        size_t low, high;
    } *live;
    size_t last;           /* no row goes further back than through this layer */
    int interval;          /* it is a row of one value that goes through one layer */
    struct span *gathered; /* [taps] */
    double *tilted;        /* [taps] */
    uint64_t choice, asked, one_in; /* which rows MPFR looks at: by hash, one in so many */
    double *before; /* such a row before a step: coefficients, then the constant */
    int disputed;   /* MPFR has found a step that does not hold */
};
void rows_make(struct rows *rows, const struct audit_network *a, const float *input,
               uint64_t choice);
void rows_clear(struct rows *rows);

/* factor times a value. */
struct term {
    size_t value;
    double factor;
};

/* An upper bound of the sum of terms, values of layer k; the first that is at most `goal`. */
double rows_bound(struct rows *rows, size_t k, const struct term *terms, size_t count,
                  double goal);

/* A second opinion, in MPFR: does a row's step through layer k, from `before` to what it is now,
 * hold at a corner of the bounds, by hash, with the parameters that are worst there? */
#define SPOT_ONE_IN 1024
uint64_t spot_hash(uint64_t choice, uint64_t i);
int spot_step(const struct rows *rows, size_t k, uint64_t hash);

#endif
