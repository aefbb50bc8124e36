/* audit_evidence.c -- see audit_evidence.h. */
#include "audit_evidence.h"

#include <stdlib.h>

#include "certificate_raster.h"
#include "certificate_witness.h"

#define MOST_CASES 4096 /* assumed at once, and leaves below a sample */

static int bound(const struct audit_network *a, const float *input, int label,
                 struct audit_margins *margins)
{
    struct fault overflow;
    return a->network->kind == NETWORK_LSNN
               ? audit_trace(a, input, label, NULL, 0, NULL, margins, &overflow)
               : audit_feedforward(a, input, label, margins);
}

/* Is the answer proven right for all parameters of the network's?  0, or -1 with the reason. */
static int check_box(const struct audit_network *a, int label, const float *input,
                     struct fault *why)
{
    struct audit_margins margins;
    if (bound(a, input, label, &margins))
        return fault_set(why, "the bounds overflow");
    return audit_margins_prove(&margins, a->network->class_count, label)
               ? 0
               : fault_set(why, "interval bounds do not prove it");
}

/* Is the answer proven wrong for all parameters of the network's? */
static enum evidence check_wrong(const struct audit_network *a, int label, const float *input,
                                 struct fault *why)
{
    struct audit_margins margins;
    if (bound(a, input, label, &margins))
        return EVIDENCE_OPEN;
    if (audit_margins_prove(&margins, a->network->class_count, label)) {
        fault_set(why, "the answer is proven right");
        return EVIDENCE_FAILS;
    }
    return audit_margins_refute(&margins, a->network->class_count, label) ? EVIDENCE_HOLDS
                                                                          : EVIDENCE_OPEN;
}

/* Do the parameters written down lie in the box, and is the answer wrong there? */
static enum evidence check_witness(const struct audit_network *nominal, const struct box *box,
                                   const struct certificate_sample *sample, const float *input,
                                   struct fault *why)
{
    size_t at, count = nominal->network->parameter_count;
    float *star = fault_alloc(count, sizeof *star);
    struct audit_network there = *nominal;
    there.theta = fault_alloc(count, sizeof *there.theta);
    enum evidence outcome = EVIDENCE_FAILS;
    if (!witness_read(&sample->evidence, nominal->network, box, star, why)) {
        for (size_t i = 0; i < count; i++)
            there.theta[i] = span_point(star[i]);
        if (box_contains(box, nominal->network, star, &at))
            outcome = check_wrong(&there, sample->label, input, why);
        else
            fault_set(why, "parameter %zu of the witness is outside the box", at);
    }
    free(there.theta);
    free(star);
    return outcome;
}

/* The tree of cases that a sample's evidence is: a split, then what is below it if that spike is
 * fired, then if not; or a leaf with its raster. */
struct tree {
    const struct audit_network *network;
    const float *input;
    int label;
    struct text text;
    size_t nodes;
    struct audit_case cases[MOST_CASES];
    struct fault *why;
};

static int check_leaf(struct tree *t, size_t depth)
{
    struct audit_margins margins;
    if (audit_trace(t->network, t->input, t->label, t->cases, depth, &t->text, &margins,
                    t->why))
        return -1;
    return audit_margins_prove(&margins, t->network->network->class_count, t->label)
               ? 0
               : fault_set(t->why, "the spikes counted do not prove it");
}

static int check_tree(struct tree *t, size_t depth)
{
    const struct lsnn *l = &t->network->network->lsnn;
    struct audit_case *assumed = &t->cases[depth];
    int leaf = raster_node(&t->text, l->steps, l->units, &assumed->step, &assumed->unit, t->why);
    if (leaf)
        return leaf > 0 ? check_leaf(t, depth) : -1;
    if (depth + 1 == MOST_CASES || ++t->nodes == MOST_CASES)
        return fault_set(t->why, "more than %d cases", MOST_CASES);
    assumed->fires = 1;
    if (check_tree(t, depth + 1))
        return -1;
    assumed->fires = 0;
    return check_tree(t, depth + 1);
}

static int check_trace(const struct audit_network *a, const struct certificate_sample *sample,
                       const float *input, struct fault *why)
{
    if (a->network->kind != NETWORK_LSNN)
        return fault_set(why, "only spiking networks have rasters");
    struct tree *t = fault_alloc(1, sizeof *t);
    t->network = a;
    t->input = input;
    t->label = sample->label;
    t->text = sample->evidence;
    t->why = why;
    int failed = check_tree(t, 0);
    if (!failed && t->text.at != t->text.end)
        failed = fault_set(why, "evidence goes on after the last case");
    free(t);
    return failed;
}

enum evidence evidence_check(const struct audit_network *around,
                             const struct audit_network *nominal, const struct box *box,
                             const struct certificate_sample *sample, const float *input,
                             struct fault *why)
{
    int label = sample->label, failed = -1;
    if (label < 0 || (size_t)label >= around->network->class_count) {
        fault_set(why, "the label is no class of the network");
        return EVIDENCE_FAILS;
    }
    switch (sample->verdict) {
    case CERTIFIED_BOX:
        failed = check_box(around, label, input, why);
        break;
    case CERTIFIED_TRACE:
        failed = check_trace(around, sample, input, why);
        break;
    case CERTIFIED_LINEAR:
        failed = audit_linear(around, input, label, &sample->evidence, why);
        break;
    case FALSIFIED:
        return check_witness(nominal, box, sample, input, why);
    case MISCLASSIFIED:
        return check_wrong(nominal, label, input, why);
    case UNKNOWN:
    case UNCLAIMED:
        return EVIDENCE_HOLDS;
    case CERTIFICATE_VERDICTS:
        fault_set(why, "no checker for this verdict");
    }
    return failed ? EVIDENCE_FAILS : EVIDENCE_HOLDS;
}
