/* audit_network.c -- parameters, constants and answers; see audit_network.h. */
#include "audit_network.h"

#include <stdlib.h>

/* Ends of all parameters of one tensor. */
static void enclose_tensor(struct audit_network *a, const struct tensor *t, const struct box *box)
{
    struct box_part part;
    mpq_t low, high;
    mpq_inits(low, high, NULL);
    box_part_init(&part, box, a->network->theta + t->offset, t->count);
    for (size_t i = 0; i < t->count; i++) {
        box_part_ends(&part, i, low, high);
        a->theta[t->offset + i] = audit_span_of(low, high);
    }
    box_part_clear(&part);
    mpq_clears(low, high, NULL);
}

/* A constant of the neurons; with `rest` a time constant tau, of which exp(-1/tau) is kept and 1
 * minus that. */
static int enclose_constant(const char *name, const char *decimal, struct span *span,
                            struct span *rest, struct fault *fault)
{
    arb_t x;
    arb_init(x);
    int failed = audit_ball(x, decimal, fault);
    if (!failed && rest && !arb_is_positive(x))
        failed = fault_set(fault, "%s is not positive", name);
    if (rest) {
        arb_inv(x, x, AUDIT_BITS);
        arb_neg(x, x);
        arb_exp(x, x, AUDIT_BITS);
    }
    *span = audit_span(x);
    if (rest) {
        arb_sub_ui(x, x, 1, AUDIT_BITS);
        arb_neg(x, x);
        *rest = audit_span(x);
    }
    arb_clear(x);
    return failed;
}

int audit_network_prepare(struct audit_network *a, const struct network *n, const struct box *box,
                          struct fault *fault)
{
    const struct lsnn *l = &n->lsnn;
    *a = (struct audit_network){.network = n};
    if (n->class_count < 2 || n->class_count > AUDIT_CLASSES)
        return fault_set(fault, "%zu classes; 2 to %d can be audited", n->class_count,
                         AUDIT_CLASSES);
    a->theta = fault_alloc(n->parameter_count + 1, sizeof *a->theta);
    for (int t = 0; t < n->tensor_count; t++)
        enclose_tensor(a, &n->tensors[t], box);
    for (size_t i = 0; i < n->parameter_count; i++)
        if (!audit_finite(a->theta[i]))
            return fault_set(fault, "parameter %zu has no finite interval", i);
    if (n->kind != NETWORK_LSNN)
        return graph_make(&a->graph, n, fault);
    return enclose_constant("tau", l->tau, &a->decay, &a->complement, fault) ||
           enclose_constant("tau_ada", l->tau_ada, &a->decay_ada, &a->complement_ada, fault) ||
           enclose_constant("b0", l->b0, &a->b0, NULL, fault) ||
           enclose_constant("beta", l->beta, &a->beta, NULL, fault);
}

void audit_network_clear(struct audit_network *a)
{
    graph_clear(&a->graph);
    free(a->theta);
    a->theta = NULL;
}

enum answer audit_answer(const struct span *margins, size_t classes, int label)
{
    size_t right = 0, wrong = 0;
    for (size_t j = 0; j < classes; j++) {
        right += (int)j != label && isfinite(margins[j].down) && margins[j].down < 0;
        wrong += (int)j != label && isfinite(margins[j].up) && margins[j].up <= 0;
    }
    return right == classes - 1 ? ANSWER_RIGHT : wrong ? ANSWER_WRONG : ANSWER_OPEN;
}
