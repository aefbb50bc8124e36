/* audit_numbers.c -- see audit_numbers.h. */
#include "audit_numbers.h"

#include <fenv.h>
#include <mpfr.h>

#define DECAY_BITS 256

/* Sums, products of either sign and quotients that rounding to nearest would get wrong. */
int audit_round_upward(void)
{
    volatile double one = 1, tiny = 0x1p-60, third = 3;
    if (fesetround(FE_UPWARD))
        return -1;
    volatile double a = one + tiny, b = -one + tiny, c = one / third, d = (-one) / third;
    volatile double e = -(1 + 0x1p-52) * (1 + 0x1p-52), f = tiny * 0x1p-1074;
    return a > 1 && b > -1 && c + d > 0 && e == -(1 + 0x1p-51) && f == 0x1p-1074 ? 0 : -1;
}

void audit_round_nearest(void)
{
    fesetround(FE_TONEAREST);
}

static struct span outward(const mpfr_t low, const mpfr_t high)
{
    return (struct span){-mpfr_get_d(low, MPFR_RNDD), mpfr_get_d(high, MPFR_RNDU)};
}

struct span audit_span_of(const mpq_t low, const mpq_t high)
{
    mpfr_t x, y;
    mpfr_init2(x, 64);
    mpfr_init2(y, 64);
    mpfr_set_q(x, low, MPFR_RNDD);
    mpfr_set_q(y, high, MPFR_RNDU);
    struct span span = outward(x, y);
    mpfr_clear(x);
    mpfr_clear(y);
    return span;
}

struct span audit_decay(const mpq_t tau, struct span *complement)
{
    mpq_t rate;
    mpfr_t low, high, rest_low, rest_high;
    mpq_init(rate);
    mpfr_inits2(DECAY_BITS, low, high, rest_low, rest_high, (mpfr_ptr)NULL);
    mpq_inv(rate, tau);
    mpq_neg(rate, rate);
    mpfr_set_q(low, rate, MPFR_RNDD);
    mpfr_set_q(high, rate, MPFR_RNDU);
    mpfr_exp(low, low, MPFR_RNDD);
    mpfr_exp(high, high, MPFR_RNDU);
    mpfr_ui_sub(rest_low, 1, high, MPFR_RNDD);
    mpfr_ui_sub(rest_high, 1, low, MPFR_RNDU);
    *complement = outward(rest_low, rest_high);
    struct span decay = outward(low, high);
    mpfr_clears(low, high, rest_low, rest_high, (mpfr_ptr)NULL);
    mpq_clear(rate);
    return decay;
}
