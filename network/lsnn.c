/* lsnn.c -- the workspace of a spiking network: see lsnn.h. */
#include <math.h>
#include <stdlib.h>

#include "specs/fault.h"
#include "lsnn_run.h"
#include "lsnn_width.h"

static void set_constants(struct lsnn_run *run, const struct lsnn *lsnn)
{
    double tau = strtod(lsnn->tau, NULL), tau_ada = strtod(lsnn->tau_ada, NULL);

    run->steps = lsnn->steps;
    run->inputs = lsnn->inputs;
    run->units = lsnn->units;
    run->classes = lsnn->classes;
    run->words = (lsnn->units + LSNN_WORD - 1) / LSNN_WORD;
    run->stride = run->words * LSNN_WORD;
    run->rho_v = (float)exp(-1 / tau);
    run->drive_v = (float)-expm1(-1 / tau);
    run->rho_b = (float)exp(-1 / tau_ada);
    run->drive_b = (float)-expm1(-1 / tau_ada);
    run->beta = strtof(lsnn->beta, NULL);
    run->b0 = strtof(lsnn->b0, NULL);
    run->refractory = lsnn->refractory;
    run->adapted = lsnn->reset == RESET_ADAPTED;
}

static float *rows(const struct lsnn_run *run, size_t count)
{
    return fault_alloc_aligned(count * run->stride, sizeof(float));
}

static uint64_t *masks(const struct lsnn_run *run, size_t count)
{
    return fault_alloc_aligned(count * run->words, sizeof(uint64_t));
}

struct lsnn_run *lsnn_new(const struct network *network, size_t batch)
{
    require(network->kind == NETWORK_LSNN);
    struct lsnn_run *run = fault_alloc(1, sizeof *run);
    run->network = network;
    run->batch = batch;
    set_constants(run, &network->lsnn);

    size_t slots = batch * (run->steps + 1);
    size_t group = batch < LSNN_GROUP ? batch : LSNN_GROUP;
    run->w_in = rows(run, run->inputs);
    run->w_rec = rows(run, run->units);
    run->real = masks(run, 1);
    run->v = rows(run, slots);
    run->b = rows(run, slots);
    run->spikes = masks(run, slots);
    run->alive = masks(run, slots);
    run->counts = rows(run, batch);
    run->currents = rows(run, LSNN_FRAMES);
    run->adaptation = rows(run, 1);
    run->sources = fault_alloc(run->units, sizeof *run->sources);
    run->lambda = rows(run, group);
    run->mu = rows(run, group);
    run->direct = rows(run, group);
    run->error = rows(run, group);
    run->d_in = rows(run, run->inputs);
    run->d_rec = rows(run, run->units);
    run->who_spiked = fault_alloc_aligned(run->stride, sizeof *run->who_spiked);
    run->who_lives = fault_alloc_aligned(run->stride, sizeof *run->who_lives);
    for (size_t j = 0; j < run->units; j++)
        run->real[j / LSNN_WORD] |= UINT64_C(1) << j % LSNN_WORD;
    return run;
}

void lsnn_free(struct lsnn_run *run)
{
    if (!run)
        return;
    void *owned[] = {
        run->w_in, run->w_rec, run->real, run->v, run->b, run->spikes, run->alive,
        run->counts, run->currents, run->adaptation, run->sources, run->lambda, run->mu,
        run->direct, run->error, run->d_in, run->d_rec, run->who_spiked, run->who_lives,
    };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    lsnn_width_free(run->width);
    free(run);
}

void lsnn_watch(struct lsnn_run *run, double zeta, double weight)
{
    if (zeta == 0 && weight == 0) {
        lsnn_width_free(run->width);
        run->width = NULL;
        return;
    }
    if (!run->width)
        run->width = lsnn_width_new(run);
    run->width->zeta = (float)zeta;
    run->width->weight = (float)weight;
}

double lsnn_doubt(const struct lsnn_run *run)
{
    return run->width ? run->width->sum : 0;
}

void lsnn_state(const struct lsnn_run *run, size_t sample, size_t t, const float **v,
                const float **b, const uint64_t **spikes)
{
    size_t slot = lsnn_slot(run, sample, t);
    require(sample < run->count && t <= run->steps);
    *v = run->v + slot * run->stride;
    *b = run->b + slot * run->stride;
    *spikes = run->spikes + slot * run->words;
}
