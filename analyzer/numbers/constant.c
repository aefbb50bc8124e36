/* constant.c -- see constant.h. */
#include "constant.h"

#include "interval.h"
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

void constant_init_rational(struct constant *constant, enum constant_kind kind, const mpq_t q)
{
    constant->kind = kind;
    mpq_init(constant->q);
    mpq_set(constant->q, q);
    require(kind == CONSTANT_RATIONAL || mpq_sgn(q) > 0);
}

void constant_clear(struct constant *constant)
{
    mpq_clear(constant->q);
}

/* z contains exp(-1/q); 32 bits more than the ends that it is rounded to keep. */
static void decay(struct interval *z, const mpq_t q)
{
    struct interval one, rate;
    interval_init(&one, 2);
    interval_init(&rate, (int)mpfr_get_prec(z->lo));
    interval_set_doubles(&one, 1, 1);
    interval_set_rational(&rate, q);
    interval_div(&rate, &one, &rate);
    interval_neg(&rate, &rate);
    interval_exp(z, &rate);
    interval_clear(&one);
    interval_clear(&rate);
}

void constant_enclose(const struct constant *constant, mpfr_t lower, mpfr_t upper)
{
    if (constant->kind == CONSTANT_RATIONAL) {
        mpfr_set_q(lower, constant->q, MPFR_RNDD);
        mpfr_set_q(upper, constant->q, MPFR_RNDU);
        return;
    }
    struct interval z, one;
    interval_init(&z, (int)mpfr_get_prec(lower) + 32);
    interval_init(&one, 2);
    interval_set_doubles(&one, 1, 1);
    decay(&z, constant->q);
    if (constant->kind == CONSTANT_COMPLEMENT)
        interval_sub(&z, &one, &z);
    mpfr_set(lower, z.lo, MPFR_RNDD);
    mpfr_set(upper, z.hi, MPFR_RNDU);
    interval_clear(&z);
    interval_clear(&one);
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
