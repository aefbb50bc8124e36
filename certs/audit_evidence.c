/* audit_evidence.c -- the evidence for one sample's verdict; see audit_network.h. */
#include <stdlib.h>

#include "audit_network.h"
#include "certificate_witness.h"

static enum evidence fails(struct fault *why, const char *what)
{
    fault_set(why, "%s", what);
    return EVIDENCE_FAILS;
}

/* Margins by linear evidence, or with text NULL by interval bounds. */
static int bound(const struct audit_network *a, const float *input, int label,
                 const struct text *text, struct span *margins, struct fault *why)
{
    return a->network->kind == NETWORK_LSNN && !text
               ? audit_trace(a, input, label, NULL, 0, NULL, margins, why)
               : audit_feedforward(a, input, label, text, margins, why);
}

/* Is the answer proven right by these? */
static enum evidence check_right(const struct audit_network *a, int label, const float *input,
                                 const struct text *text, struct fault *why)
{
    struct span margins[AUDIT_CLASSES];
    if (bound(a, input, label, text, margins, why))
        return EVIDENCE_FAILS;
    return audit_answer(margins, a->network->class_count, label) == ANSWER_RIGHT
               ? EVIDENCE_HOLDS
               : fails(why, text ? "margins are no numbers" : "interval bounds do not prove it");
}

/* Is it proven wrong with parameters theta? */
static enum evidence check_wrong(const struct audit_network *a, const float *theta, int label,
                                 const float *input, struct fault *why)
{
    struct span margins[AUDIT_CLASSES];
    struct audit_network there = *a;
    enum answer answer = ANSWER_OPEN;
    there.theta = fault_alloc(a->network->parameter_count + 1, sizeof *there.theta);
    for (size_t i = 0; i < a->network->parameter_count; i++)
        there.theta[i] = span_point(theta[i]);
    if (!bound(&there, input, label, NULL, margins, why))
        answer = audit_answer(margins, a->network->class_count, label);
    free(there.theta);
    if (answer == ANSWER_RIGHT)
        return fails(why, "the answer is proven right");
    return answer == ANSWER_WRONG ? EVIDENCE_HOLDS : EVIDENCE_OPEN;
}

/* Do the parameters written down lie in the box, and is the answer wrong there? */
static enum evidence check_witness(const struct audit_network *a, const struct box *box,
                                   const struct certificate_sample *sample, const float *input,
                                   struct fault *why)
{
    size_t at;
    float *star = fault_alloc(a->network->parameter_count, sizeof *star);
    enum evidence outcome = EVIDENCE_FAILS;
    int read = !witness_read(&sample->evidence, a->network, box, star, why);
    if (read && box_contains(box, a->network, star, &at))
        outcome = check_wrong(a, star, sample->label, input, why);
    else if (read)
        fault_set(why, "parameter %zu of the witness is outside the box", at);
    free(star);
    return outcome;
}

/* Is it proven right in each of the cases that make up the box? */
static enum evidence check_trace(const struct audit_network *a, int label, const float *input,
                                 const struct text *text, struct fault *why)
{
    const struct lsnn *l = &a->network->lsnn;
    struct raster_tree tree = {.text = *text};
    struct span margins[AUDIT_CLASSES];
    int leaf;
    while ((leaf = raster_leaf(&tree, l->steps, l->units, why)) > 0) {
        if (audit_trace(a, input, label, tree.cases, tree.depth, &tree.text, margins, why))
            return EVIDENCE_FAILS;
        if (audit_answer(margins, a->network->class_count, label) != ANSWER_RIGHT)
            return fails(why, "the spikes counted do not prove it");
    }
    return leaf ? EVIDENCE_FAILS : EVIDENCE_HOLDS;
}

enum evidence audit_evidence(const struct audit_network *a, const struct box *box,
                             const struct certificate_sample *sample, const float *input,
                             struct fault *why)
{
    int label = sample->label;
    if (label < 0 || (size_t)label >= a->network->class_count)
        return fails(why, "the label is no class of the network");
    switch (sample->verdict) {
    case CERTIFIED_BOX:
        return check_right(a, label, input, NULL, why);
    case CERTIFIED_TRACE:
        if (a->network->kind == NETWORK_LSNN)
            return check_trace(a, label, input, &sample->evidence, why);
        return fails(why, "only spiking networks have rasters");
    case CERTIFIED_LINEAR:
        return check_right(a, label, input, &sample->evidence, why);
    case FALSIFIED:
        return check_witness(a, box, sample, input, why);
    case MISCLASSIFIED:
        return check_wrong(a, a->network->theta, label, input, why);
    case UNKNOWN:
    case UNCLAIMED:
        return EVIDENCE_HOLDS;
    default:
        return fails(why, "no checker for this verdict");
    }
}
