/* audit_claim.c -- see audit_claim.h. */
#include "audit_claim.h"

#include <gmp.h>
#include <mpfr.h>
#include <string.h>

#include "console/exits.h"
#include "specs/decimal.h"

#define BITS 256

/* Do two texts mean the same decimal? */
static int same_decimal(const char *a, const char *b)
{
    mpq_t x, y;
    mpq_inits(x, y, NULL);
    int same = !decimal_parse(a, x, NULL) && !decimal_parse(b, y, NULL) && mpq_equal(x, y);
    mpq_clears(x, y, NULL);
    return same;
}

int audit_claim_match(const struct claim *claim, const struct audit *a, struct fault *fault)
{
    const struct certificate *c = &a->certificate;
    const char *what = NULL;
    if (strcmp(claim->model_sha256, c->model))
        what = "another model";
    else if (strcmp(claim->data_sha256, c->data) || strcmp(claim->split, split_name(c->split)))
        what = "other data";
    else if (claim->first != c->first || claim->count != c->count)
        what = "other samples";
    else if (strcmp(claim->box, c->box_typed) || claim->exact_bias != c->form.exact_bias ||
             claim->folded_bias != c->form.folded_bias)
        what = "another box";
    else if (!same_decimal(claim->zeta, c->zeta))
        what = "another size of the box";
    else if (strcmp(claim->criterion, "margin"))
        what = "another criterion";
    return what ? fault_set(fault, "the certificate is not about the claim: %s", what) : 0;
}

/* The sign of p - promised, p = erf(ratio / sqrt 2)^n bounded from the side of `round`. */
static int compare_bound(const mpq_t ratio, unsigned long n, const mpq_t promised,
                         mpfr_rnd_t round)
{
    mpfr_t p, root;
    mpfr_inits2(BITS, p, root, (mpfr_ptr)0);
    mpfr_sqrt_ui(root, 2, round == MPFR_RNDD ? MPFR_RNDU : MPFR_RNDD);
    mpfr_set_q(p, ratio, round);
    mpfr_div(p, p, root, round);
    mpfr_erf(p, p, round);
    mpfr_pow_ui(p, p, n, round);
    int sign = mpfr_cmp_q(p, promised);
    mpfr_clears(p, root, (mpfr_ptr)0);
    return sign;
}

/* -1 if the claim's probability that a chip lies in the box is more than can be, 1 if it is proven,
 * 0 if neither: (erf(zeta / (sigma sqrt 2)))^n for the n parameters other than 0 of a relative box
 * in which all vary, enclosed by MPFR; 0 for other boxes. */
static int compare_yield(const struct claim *claim, const struct model *model)
{
    mpq_t zeta, sigma, promised;
    unsigned long varying = 0;
    int sign = 0;
    if (strcmp(claim->box, "relative") || claim->exact_bias)
        return 0;
    for (size_t i = 0; i < model->network.parameter_count; i++)
        varying += model->network.theta[i] != 0;
    for (size_t i = 0; i < model->network.layer_count; i++)
        if (model->norms[i])
            return 0; /* folded biases are exact, and counting them is not for here */
    mpq_inits(zeta, sigma, promised, NULL);
    if (!decimal_parse(claim->zeta, zeta, NULL) && !decimal_parse(claim->sigma, sigma, NULL) &&
        !decimal_parse(claim->probability, promised, NULL) && mpq_sgn(sigma) > 0 &&
        mpq_sgn(zeta) >= 0) {
        mpq_div(zeta, zeta, sigma);
        sign = compare_bound(zeta, varying, promised, MPFR_RNDD) >= 0  ? 1
               : compare_bound(zeta, varying, promised, MPFR_RNDU) < 0 ? -1
                                                                       : 0;
    }
    mpq_clears(zeta, sigma, promised, NULL);
    return sign;
}

int audit_claim_verdict(const struct claim *claim, const struct audit *a, FILE *stream)
{
    size_t proven = certificate_certified(a->checked);
    size_t lost = a->checked[FALSIFIED] + a->checked[MISCLASSIFIED];
    int chips = claim->has_yield ? compare_yield(claim, &a->model) : 1, measured = 0;
    for (int kind = 0; kind < CLAIM_MEASURES; kind++)
        measured |= claim->promises[kind].made;
    fprintf(stream, "\nclaim: %zu of %zu samples promised, %zu proven here, %zu proven wrong or "
            "breakable\n", claim->certified, claim->count, proven, lost);
    if (claim->has_yield)
        fprintf(stream, "claim: a chip lies in the box with probability %s at sigma %s: %s\n",
                claim->probability, claim->sigma,
                chips > 0 ? "proven here" : chips < 0 ? "FALSE" : "not decided here");
    if (measured)
        fprintf(stream, "claim: what it promises of measurements is not audited\n");
    int violated = claim->count - lost < claim->certified || chips < 0;
    int holds = !a->rejected && proven >= claim->certified && chips > 0 && !measured;
    fprintf(stream, "\n%s\n", a->rejected ? "THE CLAIM IS NOT PROVEN: the certificate is wrong"
                              : violated  ? "THE CLAIM IS VIOLATED"
                              : holds     ? "THE CLAIM HOLDS" : "THE CLAIM IS OPEN");
    return a->rejected || violated ? EXIT_VIOLATED : holds ? EXIT_DONE : EXIT_INCONCLUSIVE;
}
