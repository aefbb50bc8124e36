/* audit_network.c -- parameters, constants and the readout; see audit_network.h. */
#include "audit_network.h"

#include <stdlib.h>

#include "specs/decimal.h"

/* Ends of all parameters of one tensor. */
static void enclose_tensor(struct audit_network *a, const struct tensor *t, const struct box *box)
{
    struct box_part part;
    mpq_t low, high;
    const float *values = a->network->theta + t->offset;
    mpq_inits(low, high, NULL);
    box_part_init(&part, box, values, t->count);
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

int audit_network_prepare(struct audit_network *a, const struct network *network,
                          const struct box *box, struct fault *fault)
{
    const struct lsnn *l = &network->lsnn;
    *a = (struct audit_network){.network = network};
    if (network->class_count < 2 || network->class_count > AUDIT_CLASSES)
        return fault_set(fault, "%zu classes; 2 to %d can be audited", network->class_count,
                         AUDIT_CLASSES);
    if (network->kind == NETWORK_LSNN &&
        (enclose_constant("tau", l->tau, &a->decay, &a->complement, fault) ||
         enclose_constant("tau_ada", l->tau_ada, &a->decay_ada, &a->complement_ada, fault) ||
         enclose_constant("b0", l->b0, &a->b0, NULL, fault) ||
         enclose_constant("beta", l->beta, &a->beta, NULL, fault)))
        return -1;
    a->theta = fault_alloc(network->parameter_count + 1, sizeof *a->theta);
    for (int t = 0; box && t < network->tensor_count; t++)
        enclose_tensor(a, &network->tensors[t], box);
    for (size_t i = 0; i < network->parameter_count; i++) {
        if (!box)
            a->theta[i] = span_point(network->theta[i]);
        if (!audit_finite(a->theta[i])) {
            audit_network_clear(a);
            return fault_set(fault, "parameter %zu has no finite interval", i);
        }
    }
    if (network->kind == NETWORK_LSNN || !graph_make(&a->graph, network, fault))
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

int audit_margins_prove(const struct audit_margins *m, size_t classes, int label)
{
    size_t proven = 0;
    for (size_t j = 0; j < classes; j++)
        proven += (int)j != label && isfinite(m->margin[j].down) && m->margin[j].down < 0;
    return classes > 1 && proven == classes - 1;
}

int audit_margins_refute(const struct audit_margins *m, size_t classes, int label)
{
    for (size_t j = 0; j < classes; j++)
        if ((int)j != label && audit_finite(m->margin[j]) && m->margin[j].up <= 0)
            return 1;
    return 0;
}

/* The label's weights and another class's are different parameters: their difference is the
 * interval difference, and each x_i meets it once. */
void audit_readout(const struct audit_network *a, const struct audit_readout *r,
                   const struct span *x, int label, struct audit_margins *margins)
{
    const struct network *n = a->network;
    const struct span *bias = r->bias < 0 ? NULL : a->theta + n->tensors[r->bias].offset;
    const struct span *weight = a->theta + n->tensors[r->weight].offset;
    const struct span *own = weight + (size_t)label * r->step_class;
    for (size_t j = 0; j < n->class_count; j++) {
        const struct span *other = weight + j * r->step_class;
        struct span sum = {0, 0};
        if ((int)j != label && bias)
            sum = span_times(span_subtract(bias[label], bias[j]), span_point(r->scale));
        for (size_t i = 0; i < r->count && (int)j != label; i++)
            sum = span_add(sum, span_times(span_subtract(own[i * r->step_input],
                                                         other[i * r->step_input]), x[i]));
        margins->margin[j] = sum;
    }
}
