/* mpfr_beyond.c -- the mpfr engine's kernels for what varies beside parameters: constants
 * of neurons and rounding errors. */
#include "mpfr_store.h"

void mpfr_scalar_cover(struct scalar *scalar, const struct constant *constant)
{
    mpfr_t lower, upper;
    mpfr_inits2(mpfr_get_prec(scalar->lo), lower, upper, (mpfr_ptr)0);
    constant_enclose(constant, lower, upper);
    mpfr_min(scalar->lo, scalar->lo, lower, MPFR_RNDD);
    mpfr_max(scalar->hi, scalar->hi, upper, MPFR_RNDU);
    mpfr_clears(lower, upper, (mpfr_ptr)0);
}

void mpfr_scalar_loosen(struct scalar *scalar, double relative, double absolute)
{
    struct rounding_scope scope;
    mpfr_t by;
    rounding_enter_nearest(&scope);
    mpfr_init2(by, mpfr_get_prec(scalar->lo));
    int nonnegative = mpfr_sgn(scalar->lo) >= 0;
    mpfr_abs(by, scalar->lo, MPFR_RNDU);
    mpfr_mul_d(by, by, relative, MPFR_RNDU);
    mpfr_add_d(by, by, absolute, MPFR_RNDU);
    mpfr_sub(scalar->lo, scalar->lo, by, MPFR_RNDD);
    if (nonnegative && mpfr_sgn(scalar->lo) < 0)
        mpfr_set_zero(scalar->lo, 1);
    mpfr_abs(by, scalar->hi, MPFR_RNDU);
    mpfr_mul_d(by, by, relative, MPFR_RNDU);
    mpfr_add_d(by, by, absolute, MPFR_RNDU);
    mpfr_add(scalar->hi, scalar->hi, by, MPFR_RNDU);
    mpfr_clear(by);
    rounding_leave(&scope);
}

void mpfr_hull(struct intervals *y, const struct intervals *x, size_t count)
{
    require(count <= x->count && count <= y->count);
    for (size_t i = 0; i < count; i++) {
        mpfr_min(y->lo.at[i], y->lo.at[i], x->lo.at[i], MPFR_RNDD);
        mpfr_max(y->hi.at[i], y->hi.at[i], x->hi.at[i], MPFR_RNDU);
    }
}

void mpfr_spread(struct intervals *y, const struct intervals *x, double scale, double offset,
                 size_t count)
{
    struct rounding_scope scope;
    mpfr_t size, radius;
    rounding_enter_nearest(&scope);
    mpfr_inits2(y->bits, size, radius, (mpfr_ptr)0);
    require(count <= x->count && count <= y->count);
    for (size_t i = 0; i < count; i++) {
        mpfr_neg(size, x->lo.at[i], MPFR_RNDU);
        mpfr_max(size, size, x->hi.at[i], MPFR_RNDU);
        mpfr_mul_d(radius, size, scale, MPFR_RNDU);
        mpfr_add_d(radius, radius, offset, MPFR_RNDU);
        mpfr_sub(y->lo.at[i], y->lo.at[i], radius, MPFR_RNDD);
        mpfr_add(y->hi.at[i], y->hi.at[i], radius, MPFR_RNDU);
        mpfr_add(size, size, radius, MPFR_RNDU);
        if (mpfr_nan_p(size) || mpfr_cmp_d(size, SPREAD_LARGEST) > 0)
            mpfr_set_nan(y->lo.at[i]);
        mpfr_sound(y->lo.at[i], y->hi.at[i]);
    }
    mpfr_clears(size, radius, (mpfr_ptr)0);
    rounding_leave(&scope);
}
