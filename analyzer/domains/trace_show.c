/* trace_show.c -- what observers are shown of a trace run. */
#include <math.h>

#include "trace_store.h"

static void see(struct trace_run *r, enum quantity quantity, size_t step, size_t count,
                const struct observer *observer)
{
    const struct histories *h = &r->now;
    struct sighting sighting = {
        .quantity = quantity, .step = step, .count = count,
        .lower = r->lower, .upper = r->upper,
    };
    if (quantity == QUANTITY_HISTORIES) {
        sighting.owner = h->owner;
        sighting.fewest = h->fewest;
        sighting.most = h->most;
        sighting.blocked = h->blocked;
    }
    observer->see(observer->context, &sighting);
}

/* The hull, neuron by neuron, of a row that has one interval for each history. */
static void see_hulls(struct trace_run *r, const struct intervals *row, enum quantity quantity,
                      size_t step, const struct observer *observer)
{
    size_t units = r->domain->network->lsnn.units;
    for (size_t i = 0; i < units; i++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t k = r->first[i]; k < r->first[i + 1]; k++) {
            double lower, upper;
            r->domain->engine->get_ends(row, k, 1, &lower, &upper);
            low = fmin(low, lower);
            high = fmax(high, upper);
        }
        r->lower[i] = low;
        r->upper[i] = high;
    }
    see(r, quantity, step, units, observer);
}

void trace_show_membranes(struct trace_run *r, size_t step, const struct observer *observer)
{
    size_t units = r->domain->network->lsnn.units;
    r->domain->engine->get_ends(r->source, 0, units, r->lower, r->upper);
    see(r, QUANTITY_TRACE, step, units, observer);
    see_hulls(r, r->membrane, QUANTITY_MEMBRANE, step, observer);
    see_hulls(r, r->threshold, QUANTITY_THRESHOLD, step, observer);
    for (size_t i = 0; i < units; i++) {
        int possible = 0;
        for (size_t k = r->first[i]; k < r->first[i + 1]; k++)
            possible |= r->possible[k];
        r->lower[i] = possible == SPIKE_FIRES;
        r->upper[i] = (possible & SPIKE_FIRES) != 0;
    }
    see(r, QUANTITY_SPIKE, step, units, observer);
}

void trace_show_histories(struct trace_run *r, size_t step, const struct observer *observer)
{
    const struct engine *e = r->domain->engine;
    const struct histories *h = &r->now;
    size_t units = r->domain->network->lsnn.units, count = h->count;
    for (size_t i = 0; i < units; i++) {
        r->lower[i] = INFINITY;
        r->upper[i] = 0;
    }
    for (size_t k = 0; k < count; k++) {
        r->lower[h->owner[k]] = fmin(r->lower[h->owner[k]], h->fewest[k]);
        r->upper[h->owner[k]] = fmax(r->upper[h->owner[k]], h->most[k]);
    }
    see(r, QUANTITY_COUNT, step, units, observer);
    e->get_ends(h->adaptation, 0, count, r->lower, r->upper);
    e->get_ends(h->trace, 0, count, r->lower + count, r->upper + count);
    e->get_ends(h->resets, 0, count, r->lower + 2 * count, r->upper + 2 * count);
    see(r, QUANTITY_HISTORIES, step, count, observer);
}
