/* double_beyond.c -- the double engine's kernels for what varies beside parameters:
 * constants of neurons and rounding errors. */
#include <math.h>

#include "double_store.h"
#include "specs/fault.h"

void double_scalar_cover(struct scalar *scalar, const struct constant *constant)
{
    double lower, upper;
    constant_enclose_double(constant, &lower, &upper);
    scalar->lower = fmin(scalar->lower, lower);
    scalar->upper = fmax(scalar->upper, upper);
}

void double_scalar_loosen(struct scalar *scalar, double relative, double absolute)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    double neg = -scalar->lower, hi = scalar->upper;
    int nonnegative = neg <= 0;
    neg += relative * fabs(scalar->lower) + absolute;
    hi += relative * fabs(scalar->upper) + absolute;
    scalar->lower = nonnegative ? fmax(-neg, 0) : -neg;
    scalar->upper = hi;
    rounding_leave(&scope);
}

void double_hull(struct intervals *y, const struct intervals *x, size_t count)
{
    require(count <= x->count && count <= y->count && x->channels == y->channels);
    for (size_t i = 0; i < count; i++) {
        y->neg[i] = x->neg[i] > y->neg[i] ? x->neg[i] : y->neg[i];
        y->hi[i] = x->hi[i] > y->hi[i] ? x->hi[i] : y->hi[i];
    }
}

void double_spread(struct intervals *y, const struct intervals *x, double scale, double offset,
                   size_t count)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    require(count <= x->count && count <= y->count && x->channels == y->channels);
    for (size_t i = 0; i < count; i++) {
        double size = x->neg[i] > x->hi[i] ? x->neg[i] : x->hi[i];
        double radius = scale * size + offset;
        int sound = size + radius <= SPREAD_LARGEST;
        y->neg[i] = sound ? y->neg[i] + radius : INFINITY;
        y->hi[i] = sound ? y->hi[i] + radius : INFINITY;
    }
    rounding_leave(&scope);
}
