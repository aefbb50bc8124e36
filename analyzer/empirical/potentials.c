/* potentials.c -- see potentials.h. */
#include "potentials.h"

#include <math.h>
#include <stdlib.h>

#include "network/lsnn.h"
#include "specs/fault.h"

/* Counts of one thread. */
struct tally {
    uint64_t bins[POTENTIALS_BINS], counted, near, *spikes;
    size_t samples;
    unsigned *rest; /* [units] steps for which a neuron is still blocked */
};

static size_t bin_of(double ratio)
{
    double at = floor((ratio - POTENTIALS_LOW) / POTENTIALS_WIDTH);
    return at >= 0 ? at < POTENTIALS_BINS ? (size_t)at : POTENTIALS_BINS - 1 : 0;
}

static void count_step(struct tally *tally, size_t units, unsigned refractory, const float *v,
                       const float *b, const uint64_t *spikes)
{
    for (size_t k = 0; k < units; k++) {
        if (tally->rest[k]) {
            tally->rest[k]--;
            continue;
        }
        double ratio = (double)v[k] / b[k];
        tally->bins[bin_of(ratio)]++;
        tally->counted++;
        tally->near += fabs(ratio - 1) <= POTENTIALS_NEAR;
        if (spikes[k / 64] >> k % 64 & 1) {
            tally->spikes[k]++;
            tally->rest[k] = refractory;
        }
    }
}

static void count_sample(struct tally *tally, struct lsnn_run *run, const struct network *network,
                         const float *input, float *logits)
{
    const float *v, *b;
    const uint64_t *spikes;
    lsnn_forward(run, network->theta, input, 1, logits, NULL);
    for (size_t k = 0; k < network->lsnn.units; k++)
        tally->rest[k] = 0;
    for (size_t t = 1; t <= network->lsnn.steps; t++) {
        lsnn_state(run, 0, t, &v, &b, &spikes);
        count_step(tally, network->lsnn.units, (unsigned)network->lsnn.refractory, v, b, spikes);
    }
    tally->samples++;
}

static void add(struct potentials *p, const struct tally *tally)
{
    for (size_t i = 0; i < POTENTIALS_BINS; i++)
        p->bins[i] += tally->bins[i];
    for (size_t k = 0; k < p->units; k++)
        p->spikes[k] += tally->spikes[k];
    p->counted += tally->counted;
    p->near += tally->near;
    p->samples += tally->samples;
}

void potentials_measure(struct potentials *p, const struct network *network,
                        const struct dataset *set, potentials_progress *progress, void *context)
{
    require(network->kind == NETWORK_LSNN);
    int stop = 0;
    *p = (struct potentials){.units = network->lsnn.units, .steps = network->lsnn.steps};
    p->spikes = fault_alloc(network->lsnn.units, sizeof *p->spikes);
#pragma omp parallel
    {
        struct tally tally = {.spikes = fault_alloc(network->lsnn.units, sizeof *tally.spikes),
                              .rest = fault_alloc(network->lsnn.units, sizeof *tally.rest)};
        struct lsnn_run *run = lsnn_new(network, 1);
        float *logits = fault_alloc_aligned(network->class_count, sizeof *logits);
#pragma omp for schedule(dynamic, 8)
        for (size_t s = 0; s < set->count; s++) {
            if (__atomic_load_n(&stop, __ATOMIC_RELAXED))
                continue;
            count_sample(&tally, run, network, set->inputs + s * set->features, logits);
#pragma omp critical(potentials)
            if (progress && progress(context))
                __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
        }
#pragma omp critical(potentials)
        add(p, &tally);
        lsnn_free(run);
        free(logits);
        free(tally.spikes);
        free(tally.rest);
    }
}

void potentials_clear(struct potentials *p)
{
    free(p->spikes);
    p->spikes = NULL;
}
