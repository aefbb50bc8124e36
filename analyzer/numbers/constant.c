/* constant.c -- see constant.h. */
#include "constant.h"

#include "rounding.h"
#include "specs/decimal.h"
#include "specs/fault.h"

void constant_init(struct constant *constant, enum constant_kind kind, const char *decimal)
{
    constant->kind = kind;
    mpq_init(constant->q);
    struct fault fault;
    require(decimal_parse(decimal, constant->q, &fault) == 0);
    require(kind == CONSTANT_RATIONAL || mpq_sgn(constant->q) > 0);
}

void constant_clear(struct constant *constant)
{
    mpq_clear(constant->q);
}

/* One end of exp(-1/q) or 1 - exp(-1/q): the argument is rounded the way that
 * moves the end outward (both are monotone in it), then the function. */
static void enclose_end(const struct constant *constant, mpfr_t end, mpfr_rnd_t direction)
{
    mpq_t argument;
    mpq_init(argument);
    mpq_inv(argument, constant->q);
    mpq_neg(argument, argument);
    mpfr_t x;
    mpfr_init2(x, mpfr_get_prec(end) + 32);
    if (constant->kind == CONSTANT_DECAY) {
        mpfr_set_q(x, argument, direction);
        mpfr_exp(end, x, direction);
    } else {
        /* 1 - exp(x) = -expm1(x) falls as x grows. */
        mpfr_set_q(x, argument, direction == MPFR_RNDD ? MPFR_RNDU : MPFR_RNDD);
        mpfr_expm1(x, x, direction == MPFR_RNDD ? MPFR_RNDU : MPFR_RNDD);
        mpfr_neg(end, x, direction);
    }
    mpfr_clear(x);
    mpq_clear(argument);
}

void constant_enclose(const struct constant *constant, mpfr_t lower, mpfr_t upper)
{
    if (constant->kind == CONSTANT_RATIONAL) {
        mpfr_set_q(lower, constant->q, MPFR_RNDD);
        mpfr_set_q(upper, constant->q, MPFR_RNDU);
        return;
    }
    enclose_end(constant, lower, MPFR_RNDD);
    enclose_end(constant, upper, MPFR_RNDU);
}

void constant_enclose_double(const struct constant *constant, double *lower, double *upper)
{
    struct rounding_scope scope;
    mpfr_t low, high;
    mpfr_init2(low, 96);
    mpfr_init2(high, 96);
    constant_enclose(constant, low, high);
    rounding_enter_nearest(&scope);
    *lower = mpfr_get_d(low, MPFR_RNDD);
    *upper = mpfr_get_d(high, MPFR_RNDU);
    rounding_leave(&scope);
    mpfr_clear(low);
    mpfr_clear(high);
}
