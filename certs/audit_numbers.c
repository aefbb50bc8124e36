/* audit_numbers.c -- see audit_numbers.h. */
#include "audit_numbers.h"

#include <fenv.h>
#include <mpfr.h>

#include "specs/decimal.h"

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

int audit_ball(arb_t ball, const char *decimal, struct fault *fault)
{
    mpq_t x;
    fmpq_t exact;
    mpq_init(x);
    fmpq_init(exact);
    int failed = decimal_parse(decimal, x, fault);
    fmpq_set_mpq(exact, x);
    arb_set_fmpq(ball, exact, AUDIT_BITS);
    fmpq_clear(exact);
    mpq_clear(x);
    return failed;
}

struct span audit_span(const arb_t ball)
{
    mpfr_t low, high;
    mpfr_inits2(AUDIT_BITS, low, high, (mpfr_ptr)NULL);
    arb_get_interval_mpfr(low, high, ball);
    struct span span = {-mpfr_get_d(low, MPFR_RNDD), mpfr_get_d(high, MPFR_RNDU)};
    mpfr_clears(low, high, (mpfr_ptr)NULL);
    return span;
}
