/* audit_claim.c -- does an audited certificate prove what a claim promises?  (audit_verdict.h) */
#include <stdio.h>
#include <string.h>

#include "audit_verdict.h"
#include "console/exits.h"

#include <arb_hypgeom.h>

/* Is the claim's probability that a chip lies in the box proven (1), more than can be (-1), or
 * neither (0)?  erf(zeta / (sigma sqrt 2))^n for the n parameters other than 0 of a relative box in
 * which all vary. */
static int compare_yield(const struct claim *claim, const struct model *model)
{
    const struct network *n = &model->network;
    unsigned long varying = 0;
    int sign = 0;
    if (strcmp(claim->box, "relative") || claim->exact_bias)
        return 0;
    for (size_t i = 0; i < n->parameter_count; i++)
        varying += n->theta[i] != 0;
    for (size_t i = 0; i < n->layer_count; i++)
        if (model->norms[i])
            return 0; /* folded biases are exact, and counting them is not for here */
    arb_ptr p = _arb_vec_init(3), s = p + 1, promised = p + 2;
    if (!audit_ball(p, claim->zeta, NULL) && arb_is_nonnegative(p) &&
        !audit_ball(s, claim->sigma, NULL) && arb_is_positive(s) &&
        !audit_ball(promised, claim->probability, NULL)) {
        arb_div(p, p, s, AUDIT_BITS);
        arb_sqrt_ui(s, 2, AUDIT_BITS);
        arb_div(p, p, s, AUDIT_BITS);
        arb_hypgeom_erf(p, p, AUDIT_BITS);
        arb_pow_ui(p, p, varying, AUDIT_BITS);
        sign = arb_ge(p, promised) - arb_lt(p, promised);
    }
    _arb_vec_clear(p, 3);
    return sign;
}

int audit_claim_verdict(const struct claim *claim, const struct audit *a)
{
    size_t proven = certificate_certified(a->checked);
    size_t lost = a->checked[FALSIFIED] + a->checked[MISCLASSIFIED];
    int chips = claim->has_yield ? compare_yield(claim, &a->statement.model) : 1, measured = 0;
    for (int kind = 0; kind < CLAIM_MEASURES; kind++)
        measured |= claim->promises[kind].made;
    printf("\nclaim: %zu of %zu samples promised, %zu proven here, %zu proven wrong or breakable\n",
           claim->certified, claim->count, proven, lost);
    if (claim->has_yield)
        printf("claim: a chip lies in the box with probability %s at sigma %s: %s\n",
               claim->probability, claim->sigma,
               chips > 0 ? "proven here" : chips < 0 ? "FALSE" : "not decided here");
    if (measured)
        printf("claim: what it promises of measurements is not audited\n");
    int violated = claim->count - lost < claim->certified || chips < 0;
    int holds = !a->rejected && proven >= claim->certified && chips > 0 && !measured;
    printf("\n%s\n", a->rejected ? "THE CLAIM IS NOT PROVEN: the certificate is wrong"
                     : violated  ? "THE CLAIM IS VIOLATED"
                     : holds     ? "THE CLAIM HOLDS" : "THE CLAIM IS OPEN");
    return a->rejected || violated ? EXIT_VIOLATED : holds ? EXIT_DONE : EXIT_INCONCLUSIVE;
}
