/* yield.c -- see yield.h. */
#include "yield.h"

#include <arb.h>
#include <arb_hypgeom.h>
#include <mpfr.h>

#include "specs/decimal.h"

#define BITS 256

static size_t count_varying(const struct network *network)
{
    size_t count = 0;
    for (size_t i = 0; i < network->parameter_count; i++)
        count += network->theta[i] != 0;
    return count;
}

/* Is some parameter that is not zero kept exact? */
static int keeps_some(const struct box *box, const struct network *network)
{
    for (int t = 0; box->exact && t < network->tensor_count; t++)
        for (size_t i = 0; box->exact[t] && i < network->tensors[t].count; i++)
            if (network->theta[network->tensors[t].offset + i] != 0)
                return 1;
    return 0;
}

/* x := the exact rational, enclosed. */
static void set_rational(arb_t x, const mpq_t value)
{
    fmpq_t q;
    fmpq_init(q);
    fmpq_set_mpq(q, value);
    arb_set_fmpq(x, q, BITS);
    fmpq_clear(q);
}

/* Ends of x as doubles, outward, within [0, 1]. */
static void ends(const arb_t x, struct yield *yield)
{
    mpfr_t low, high;
    mpfr_init2(low, BITS);
    mpfr_init2(high, BITS);
    arb_get_interval_mpfr(low, high, x);
    double lower = mpfr_get_d(low, MPFR_RNDD), upper = mpfr_get_d(high, MPFR_RNDU);
    yield->lower = lower > 0 ? lower : 0; /* also for NaN */
    yield->upper = upper < 1 ? upper : 1;
    mpfr_clear(low);
    mpfr_clear(high);
}

void yield_text(const struct yield *yield, char text[YIELD_TEXT])
{
    mpfr_t lower;
    mpfr_init2(lower, 53);
    mpfr_set_d(lower, yield->lower, MPFR_RNDD);
    mpfr_snprintf(text, YIELD_TEXT, "%.4RDg", lower);
    mpfr_clear(lower);
}

void yield_within(const mpq_t k, size_t count, struct yield *yield)
{
    arb_t x, root;
    arb_init(x);
    arb_init(root);
    set_rational(x, k);
    arb_sqrt_ui(root, 2, BITS);
    arb_div(x, x, root, BITS);
    arb_hypgeom_erf(x, x, BITS);
    yield->varying = count;
    arb_pow_ui(x, x, count, BITS);
    ends(x, yield);
    arb_clear(x);
    arb_clear(root);
}

int yield_find(const struct box *box, const struct network *network, const char *sigma,
               struct yield *yield, struct fault *fault)
{
    mpq_t s;
    if (box->kind != BOX_RELATIVE || box->beyond)
        return fault_set(fault, "a chip's yield is known for the relative box only");
    if (keeps_some(box, network))
        return fault_set(fault, "the box keeps biases exact, so no chip whose biases are off lies in "
                         "it; leave out --exact-bias, or add --box-folded-bias");
    mpq_init(s);
    if (decimal_parse(sigma, s, fault) || mpq_sgn(s) <= 0) {
        mpq_clear(s);
        return fault_set(fault, "'%.60s' is not a decimal above 0", sigma);
    }
    mpq_div(s, box->zeta, s);
    yield_within(s, count_varying(network), yield);
    mpq_clear(s);
    return 0;
}
