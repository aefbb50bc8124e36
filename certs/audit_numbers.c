/* audit_numbers.c -- see audit_numbers.h. */
#include "audit_numbers.h"

#include <fenv.h>
#include <mpfr.h>

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

/* The binary64 number next to one of rounding's sides. */
static double rounded(const mpq_t x, mpfr_rnd_t side)
{
    mpfr_t y;
    mpfr_init2(y, 64);
    mpfr_set_q(y, x, side);
    double result = mpfr_get_d(y, side);
    mpfr_clear(y);
    return result;
}

struct span audit_span_of(const mpq_t low, const mpq_t high)
{
    return (struct span){-rounded(low, MPFR_RNDD), rounded(high, MPFR_RNDU)};
}

void audit_ball(arb_t ball, const mpq_t x)
{
    fmpq_t exact;
    fmpq_init(exact);
    fmpq_set_mpq(exact, x);
    arb_set_fmpq(ball, exact, AUDIT_BITS);
    fmpq_clear(exact);
}

static struct span span_of_ball(const arb_t ball)
{
    mpfr_t low, high;
    mpfr_inits2(AUDIT_BITS, low, high, (mpfr_ptr)NULL);
    arb_get_interval_mpfr(low, high, ball);
    struct span span = {-mpfr_get_d(low, MPFR_RNDD), mpfr_get_d(high, MPFR_RNDU)};
    mpfr_clears(low, high, (mpfr_ptr)NULL);
    return span;
}

struct span audit_decay(const mpq_t tau, struct span *complement)
{
    arb_t x;
    arb_init(x);
    audit_ball(x, tau);
    arb_inv(x, x, AUDIT_BITS);
    arb_neg(x, x);
    arb_exp(x, x, AUDIT_BITS);
    struct span decay = span_of_ball(x);
    arb_sub_ui(x, x, 1, AUDIT_BITS);
    arb_neg(x, x);
    *complement = span_of_ball(x);
    arb_clear(x);
    return decay;
}
