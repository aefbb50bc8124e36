/* audit_network.c -- parameters, constants and answers; see audit_network.h. */
#include "audit_network.h"

#include <stdlib.h>

#include "specs/decimal.h"

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

/* A constant of the neurons; with `complement` a time constant, of which exp(-1/tau) is kept and 1
 * minus that. */
static int enclose_constant(const char *name, const char *decimal, struct span *span,
                            struct span *complement, struct fault *fault)
{
    mpq_t value;
    mpq_init(value);
    int failed = decimal_parse(decimal, value, fault);
    if (!failed && complement && mpq_sgn(value) <= 0)
        failed = fault_set(fault, "%s is not positive", name);
    if (!failed)
        *span = complement ? audit_decay(value, complement) : audit_span_of(value, value);
    mpq_clear(value);
    return failed;
}

static int enclose(struct audit_network *a, const struct box *box, struct fault *fault)
{
    const struct network *n = a->network;
    const struct lsnn *l = &n->lsnn;
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

int audit_network_prepare(struct audit_network *a, const struct network *network,
                          const struct box *box, struct fault *fault)
{
    *a = (struct audit_network){.network = network};
    if (!enclose(a, box, fault))
        return 0;
    audit_network_clear(a);
    return -1;
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
        struct span m = margins[j];
        right += (int)j != label && isfinite(m.down) && m.down < 0;
        wrong += (int)j != label && isfinite(m.up) && m.up <= 0;
    }
    return right == classes - 1 ? ANSWER_RIGHT : wrong ? ANSWER_WRONG : ANSWER_OPEN;
}
