/* audit_lsnn.c -- a spiking network one step at a time, in intervals (specs/network.md).
 *
 * Each neuron's V and b are intervals; its spike is one of {0}, {1}, {0, 1}.  The refractory
 * rule is followed on the least and the greatest number of blocked steps left. */
#include <stdlib.h>
#include <string.h>

#include "audit_network.h"

struct neuron {
    struct span potential, adaptation, threshold;
    int silent, fires;        /* possible outcomes of the last step */
    int least_left, most_left; /* blocked steps left: at least, at most */
    int fewest, most;         /* spikes so far */
};

/* I = x W_in + o W_rec, for all neurons. */
static void drive(const struct audit_network *a, const float *x, const struct neuron *neurons,
                  struct spans *sum)
{
    const struct network *n = a->network;
    const struct lsnn *l = &n->lsnn;
    size_t w_in = n->tensors[l->w_in].offset, w_rec = n->tensors[l->w_rec].offset;
    memset(sum->down, 0, l->units * sizeof *sum->down);
    memset(sum->up, 0, l->units * sizeof *sum->up);
    for (size_t k = 0; k < l->inputs; k++)
        for (size_t i = 0; i < l->units; i++)
            span_put(sum, i, span_add(span_at(sum, i),
                                      span_times(span_at(&a->theta, w_in + k * l->units + i),
                                                 span_point(x[k]))));
    for (size_t j = 0; j < l->units; j++) {
        const double *down = a->theta.down + w_rec + j * l->units;
        const double *up = a->theta.up + w_rec + j * l->units;
        if (!neurons[j].fires)
            continue;
        int open = neurons[j].silent; /* then 0 is possible as well as w */
        for (size_t i = 0; i < l->units; i++) {
            sum->down[i] += open ? audit_max(down[i], 0) : down[i];
            sum->up[i] += open ? audit_max(up[i], 0) : up[i];
        }
    }
}

static struct span spike_of(const struct neuron *n)
{
    return (struct span){n->silent ? 0 : -1, n->fires ? 1 : 0};
}

/* V, b and B of the next step. */
static void advance(const struct audit_network *a, struct neuron *n, struct span current)
{
    struct span o = spike_of(n), before = n->threshold;
    n->adaptation = span_add(span_times(a->decay_ada, n->adaptation),
                             span_times(a->complement_ada, o));
    n->threshold = span_add(a->b0, span_times(a->beta, n->adaptation));
    n->potential = span_add(span_times(a->decay, n->potential),
                            span_times(a->complement, current));
    struct span taken = a->network->lsnn.reset == RESET_ADAPTED ? n->threshold : before;
    n->potential = span_subtract(n->potential, span_times(o, taken));
}

/* It fires if V > B and it is not blocked. */
static void fire(struct neuron *n, int refractory)
{
    int may_exceed = n->potential.up > -n->threshold.down;
    int may_stay = -n->potential.down <= n->threshold.up;
    n->fires = may_exceed && n->least_left == 0;
    n->silent = may_stay || n->most_left > 0;
    n->least_left = n->fires && !n->silent ? refractory : n->least_left - (n->least_left > 0);
    n->most_left = n->fires ? refractory : n->most_left - (n->most_left > 0);
    n->fewest += !n->silent;
    n->most += n->fires;
}

static int step(const struct audit_network *a, const float *x, struct neuron *neurons,
                struct spans *current)
{
    const struct lsnn *l = &a->network->lsnn;
    drive(a, x, neurons, current);
    for (size_t i = 0; i < l->units; i++) {
        advance(a, &neurons[i], span_at(current, i));
        if (!audit_finite(neurons[i].potential) || !audit_finite(neurons[i].threshold))
            return -1;
        fire(&neurons[i], l->refractory);
    }
    return 0;
}

int audit_lsnn(const struct audit_network *a, const float *input, int label,
               struct audit_margins *margins)
{
    const struct lsnn *l = &a->network->lsnn;
    struct neuron *neurons = fault_alloc(l->units, sizeof *neurons);
    struct spans row = audit_spans_new(l->units);
    int failed = 0;
    for (size_t i = 0; i < l->units; i++) {
        neurons[i].silent = 1;
        neurons[i].threshold = a->b0;
    }
    for (size_t t = 0; t < l->steps && !failed; t++)
        failed = step(a, input + t * l->inputs, neurons, &row);
    for (size_t i = 0; i < l->units; i++)
        span_put(&row, i, (struct span){-neurons[i].fewest, neurons[i].most});
    struct audit_readout readout = {a, l->w_out, l->b_out, l->units, 1, l->classes, l->classes,
                                    (double)l->steps};
    audit_readout(&readout, &row, label, margins);
    audit_spans_free(&row);
    free(neurons);
    return failed;
}
