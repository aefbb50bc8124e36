/* box_lsnn.c -- interval bound propagation through time, as the paper's Fig. S9.
 *
 * Every step bounds the drive, the membrane potential and the threshold of each
 * neuron as independent intervals; a spike is silent, fires, or is open.  The
 * refractory rule is exact on the set of possible spike histories' last steps:
 * a neuron surely blocked is silent, one perhaps blocked cannot surely fire. */
#include <stdlib.h>
#include <string.h>

#include "box.h"
#include "digital.h"

static const float *values_of(const struct network *network, int tensor)
{
    return network->theta + network->tensors[tensor].offset;
}

static struct weights *readout_of(const struct domain *d, const struct box *box)
{
    const struct network *n = d->network;
    const struct lsnn *l = &n->lsnn;
    return d->engine->readout_new(d->engine, values_of(n, l->w_out), values_of(n, l->b_out),
                                  l->classes, l->units, 1, l->steps, box);
}

int box_lsnn_prepare(struct domain *d, const struct box *box, struct fault *fault)
{
    const struct network *n = d->network;
    const struct lsnn *l = &n->lsnn;
    const struct engine *e = d->engine;
    struct box weights = box_weights(box), sizes = box_sizes(box);
    box_neuron_prepare(d, box);
    d->w_in = e->matrix_new(e, values_of(n, l->w_in), l->inputs, l->units, &weights);
    d->w_rec = e->matrix_new(e, values_of(n, l->w_rec), l->units, l->units, &weights);
    d->readout = readout_of(d, &weights);
    if (!(d->beyond & BOX_DIGITAL))
        return 0;
    d->size_in = e->matrix_new(e, values_of(n, l->w_in), l->inputs, l->units, &sizes);
    d->size_rec = e->matrix_new(e, values_of(n, l->w_rec), l->units, l->units, &sizes);
    d->size_readout = readout_of(d, &sizes);
    return digital_check(n, fault);
}

void box_lsnn_workspace(struct analysis *a)
{
    const struct engine *e = a->domain->engine;
    size_t units = a->domain->network->lsnn.units;
    struct intervals **rows[] = {&a->drive, &a->membrane, &a->adaptation, &a->threshold,
                                 &a->counts};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        *rows[i] = e->intervals_new(e, units);
    if (a->domain->beyond) {
        a->other = e->intervals_new(e, units);
        a->sizes = e->intervals_new(e, units);
        a->frame = fault_alloc(a->domain->network->lsnn.inputs, sizeof *a->frame);
        a->zeros = fault_alloc(units, sizeof *a->zeros);
    }
    a->spikes = fault_alloc(units, 1);
    a->above = fault_alloc(units, 1);
    int **counters[] = {&a->fewest, &a->most, &a->surely_blocked, &a->maybe_blocked};
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
        *counters[i] = fault_alloc(units, sizeof(int));
    a->lower = fault_alloc(units, sizeof(double));
    a->upper = fault_alloc(units, sizeof(double));
}

/* All states zero, all neurons silent and free to fire. */
static void start(const struct domain *d, struct analysis *a)
{
    size_t units = d->network->lsnn.units;
    memset(a->fewest, 0, units * sizeof(int));
    memset(a->most, 0, units * sizeof(int));
    memset(a->surely_blocked, 0, units * sizeof(int));
    memset(a->maybe_blocked, 0, units * sizeof(int));
    memset(a->spikes, SPIKE_SILENT, units);
    d->engine->set_counts(a->membrane, a->fewest, a->fewest, units);
    d->engine->set_counts(a->adaptation, a->fewest, a->fewest, units);
    box_neuron_threshold(d, a);
}

/* V, b and B of the next step from this step's states and spikes. */
static void advance(const struct domain *d, struct analysis *a, const float *input)
{
    const struct engine *e = d->engine;
    size_t units = d->network->lsnn.units;
    int adapted = d->network->lsnn.reset == RESET_ADAPTED;
    box_neuron_drive(d, a, input);
    if (adapted)
        box_neuron_adapt(d, a);
    box_neuron_integrate(d, a);
    e->subtract_where(a->membrane, a->spikes, a->threshold, units);
    box_neuron_round(d, a);
    if (!adapted)
        box_neuron_adapt(d, a);
    e->compare(a->membrane, a->threshold, a->above, units);
}

/* Outcomes possible after the comparison and the refractory rule.  The comparison's
 * words NEVER, ALWAYS and OPEN are, as bits, silent, fires and open; written
 * without branches, because every neuron passes here at every step. */
static void fire(const struct domain *d, struct analysis *a)
{
    int refractory = d->network->lsnn.refractory;
    int *restrict surely_blocked = a->surely_blocked, *restrict maybe_blocked = a->maybe_blocked;
    int *restrict fewest = a->fewest, *restrict most = a->most;
    const uint8_t *restrict above = a->above;
    uint8_t *restrict spikes = a->spikes;
    for (size_t i = 0; i < d->network->lsnn.units; i++) {
        int perhaps = above[i] | (maybe_blocked[i] > 0 ? SPIKE_SILENT : 0);
        int spike = surely_blocked[i] > 0 ? SPIKE_SILENT : perhaps;
        int surely = spike == SPIKE_FIRES, maybe = spike >> 1;
        int surely_left = surely_blocked[i] - (surely_blocked[i] > 0);
        int maybe_left = maybe_blocked[i] - (maybe_blocked[i] > 0);
        surely_blocked[i] = surely ? refractory : surely_left;
        maybe_blocked[i] = maybe ? refractory : maybe_left;
        spikes[i] = (uint8_t)spike;
        fewest[i] += surely;
        most[i] += maybe;
    }
}

static void show_row(struct analysis *a, enum quantity quantity, const struct intervals *x,
                     size_t sample, size_t step, const struct observer *observer)
{
    size_t units = a->domain->network->lsnn.units;
    a->domain->engine->get_ends(x, 0, units, a->lower, a->upper);
    struct sighting sighting = {
        .quantity = quantity, .sample = sample, .step = step,
        .count = units, .lower = a->lower, .upper = a->upper,
    };
    observer->see(observer->context, &sighting);
}

static void show_step(struct analysis *a, size_t sample, size_t step,
                      const struct observer *observer)
{
    show_row(a, QUANTITY_DRIVE, a->drive, sample, step, observer);
    show_row(a, QUANTITY_MEMBRANE, a->membrane, sample, step, observer);
    show_row(a, QUANTITY_THRESHOLD, a->threshold, sample, step, observer);
    size_t units = a->domain->network->lsnn.units;
    for (size_t i = 0; i < units; i++) {
        a->lower[i] = a->spikes[i] == SPIKE_FIRES;
        a->upper[i] = (a->spikes[i] & SPIKE_FIRES) != 0;
    }
    struct sighting sighting = {
        .quantity = QUANTITY_SPIKE, .sample = sample, .step = step,
        .count = units, .lower = a->lower, .upper = a->upper,
    };
    observer->see(observer->context, &sighting);
}

/* The readout in float32: at most as many terms as there are spikes, each perhaps weighted
 * by a rate that was rounded itself, and a bias. */
static void round_logits(const struct domain *domain, const struct analysis *analysis, int label,
                         struct margins *result)
{
    const struct lsnn *l = &domain->network->lsnn;
    struct margins sizes;
    size_t spikes = 0;
    for (size_t i = 0; i < l->units; i++)
        spikes += (size_t)analysis->most[i];
    domain->engine->readout(domain->size_readout, analysis->counts, 0, label, &sizes);
    digital_margins(result, &sizes, l->classes, label, l->steps, spikes + 8);
}

void box_lsnn_bound(const struct domain *domain, struct analysis *analysis,
                    const float *input, int label, size_t sample, struct margins *result,
                    const struct observer *observer)
{
    const struct lsnn *l = &domain->network->lsnn;
    start(domain, analysis);
    for (size_t t = 0; t < l->steps; t++) {
        advance(domain, analysis, input + t * l->inputs);
        fire(domain, analysis);
        if (observer)
            show_step(analysis, sample, t, observer);
    }
    domain->engine->set_counts(analysis->counts, analysis->fewest, analysis->most, l->units);
    domain->engine->readout(domain->readout, analysis->counts, 0, label, result);
    if (domain->size_readout)
        round_logits(domain, analysis, label, result);
}
