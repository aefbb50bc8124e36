/* life.h -- a spiking network lived through once, by the definition, in 240 bits.
 *
 * Shared by the chapters on the trace domain.  Nothing here is the analyzer's:
 * step by step as specs/network.md has it, for one parameter vector, every sum
 * so fine that no rounding shows in a double.  Then everything that came to pass
 * is looked for in what a bound promised. */
#ifndef TESTS_LIFE_H
#define TESTS_LIFE_H

#include <math.h>
#include <mpfr.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/domains/trace.h"

#define LIFE_BITS 240

/* One step's promises. */
struct life_step {
    double *ends[5][2]; /* membrane, threshold, spike, trace, count: lower and upper */
    size_t histories;
    double *history[2]; /* three rows: b, G, P */
    uint32_t *owner;
    int *fewest, *most;
    uint64_t *blocked;
};

struct life_promise {
    size_t units, steps;
    struct life_step *step;
    struct trace_answer answer;
};

static void *life_copy(const void *from, size_t bytes)
{
    void *to = malloc(bytes ? bytes : 1);
    memcpy(to, from, bytes);
    return to;
}

static void life_see(void *context, const struct sighting *s)
{
    static const enum quantity kinds[5] = {QUANTITY_MEMBRANE, QUANTITY_THRESHOLD, QUANTITY_SPIKE,
                                           QUANTITY_TRACE, QUANTITY_COUNT};
    struct life_promise *promise = context;
    struct life_step *step = &promise->step[s->step];
    for (int k = 0; k < 5; k++)
        if (s->quantity == kinds[k]) {
            step->ends[k][0] = life_copy(s->lower, s->count * sizeof(double));
            step->ends[k][1] = life_copy(s->upper, s->count * sizeof(double));
        }
    if (s->quantity != QUANTITY_HISTORIES)
        return;
    step->histories = s->count;
    step->history[0] = life_copy(s->lower, 3 * s->count * sizeof(double));
    step->history[1] = life_copy(s->upper, 3 * s->count * sizeof(double));
    step->owner = life_copy(s->owner, s->count * sizeof *s->owner);
    step->fewest = life_copy(s->fewest, s->count * sizeof *s->fewest);
    step->most = life_copy(s->most, s->count * sizeof *s->most);
    step->blocked = life_copy(s->blocked, s->count * sizeof *s->blocked);
}

static void life_promise(const struct engine *engine, const struct network *network,
                         const struct box *box, int disjuncts, const float *input, int label,
                         struct life_promise *promise)
{
    struct fault fault;
    struct trace *trace = trace_new(engine, network, box, disjuncts, &fault);
    struct trace_run *run = trace_run_new(trace);
    struct observer observer = {life_see, promise};
    struct trace_request request = {.input = input, .label = label, .observer = &observer};
    promise->units = network->lsnn.units;
    promise->steps = network->lsnn.steps;
    promise->step = calloc(promise->steps, sizeof *promise->step);
    trace_bound(trace, run, &request, &promise->answer);
    trace_run_free(run);
    trace_free(trace);
}

static void life_promise_clear(struct life_promise *promise)
{
    for (size_t t = 0; t < promise->steps; t++) {
        struct life_step *s = &promise->step[t];
        for (int k = 0; k < 5; k++) {
            free(s->ends[k][0]);
            free(s->ends[k][1]);
        }
        free(s->history[0]), free(s->history[1]);
        free(s->owner), free(s->fewest), free(s->most), free(s->blocked);
    }
    free(promise->step);
}

/* A neuron. */
struct life_neuron {
    mpfr_t v, b, threshold, trace, resets, current;
    int fires, spikes, blocked;
};

struct life {
    const struct network *network;
    const float *theta;
    struct life_neuron *neuron;
    mpfr_t decay, complement, decay_ada, complement_ada, b0, beta, term;
};

static const float *life_weights(const struct life *l, int tensor)
{
    return l->theta + l->network->tensors[tensor].offset;
}

static void life_decay(mpfr_t decay, mpfr_t complement, const char *tau)
{
    mpfr_init2(decay, LIFE_BITS);
    mpfr_init2(complement, LIFE_BITS);
    mpfr_set_str(decay, tau, 10, MPFR_RNDN);
    mpfr_si_div(decay, -1, decay, MPFR_RNDN);
    mpfr_exp(decay, decay, MPFR_RNDN);
    mpfr_ui_sub(complement, 1, decay, MPFR_RNDN);
}

static void life_begin(struct life *l, const struct network *network, const float *theta)
{
    const struct lsnn *n = &network->lsnn;
    *l = (struct life){.network = network, .theta = theta};
    l->neuron = calloc(n->units, sizeof *l->neuron);
    life_decay(l->decay, l->complement, n->tau);
    life_decay(l->decay_ada, l->complement_ada, n->tau_ada);
    mpfr_inits2(LIFE_BITS, l->b0, l->beta, l->term, (mpfr_ptr)0);
    mpfr_set_str(l->b0, n->b0, 10, MPFR_RNDN);
    mpfr_set_str(l->beta, n->beta, 10, MPFR_RNDN);
    for (size_t i = 0; i < n->units; i++) {
        struct life_neuron *u = &l->neuron[i];
        mpfr_inits2(LIFE_BITS, u->v, u->b, u->threshold, u->trace, u->resets, u->current,
                    (mpfr_ptr)0);
        mpfr_set_zero(u->v, 1), mpfr_set_zero(u->b, 1);
        mpfr_set_zero(u->trace, 1), mpfr_set_zero(u->resets, 1);
        mpfr_set(u->threshold, l->b0, MPFR_RNDN);
    }
}

static void life_end(struct life *l)
{
    for (size_t i = 0; i < l->network->lsnn.units; i++) {
        struct life_neuron *u = &l->neuron[i];
        mpfr_clears(u->v, u->b, u->threshold, u->trace, u->resets, u->current, (mpfr_ptr)0);
    }
    mpfr_clears(l->decay, l->complement, l->decay_ada, l->complement_ada, l->b0, l->beta,
                l->term, (mpfr_ptr)0);
    free(l->neuron);
}

/* x := decay x + complement o. */
static void life_filter(mpfr_t x, const mpfr_t decay, const mpfr_t complement, int fires)
{
    mpfr_mul(x, x, decay, MPFR_RNDN);
    if (fires)
        mpfr_add(x, x, complement, MPFR_RNDN);
}

/* I_t of every neuron. */
static void life_currents(struct life *l, const float *x)
{
    const struct lsnn *n = &l->network->lsnn;
    const float *w_in = life_weights(l, n->w_in), *w_rec = life_weights(l, n->w_rec);
    for (size_t i = 0; i < n->units; i++) {
        mpfr_t *current = &l->neuron[i].current;
        mpfr_set_zero(*current, 1);
        for (size_t k = 0; k < n->inputs; k++) {
            mpfr_set_d(l->term, (double)w_in[k * n->units + i] * (double)x[k], MPFR_RNDN);
            mpfr_add(*current, *current, l->term, MPFR_RNDN);
        }
    }
    for (size_t j = 0; j < n->units; j++)
        for (size_t i = 0; l->neuron[j].fires && i < n->units; i++)
            mpfr_add_d(l->neuron[i].current, l->neuron[i].current, w_rec[j * n->units + i],
                       MPFR_RNDN);
}

/* V, b, B of step t + 1 and whether the neuron fires there; G and P with it. */
static void life_step(struct life *l, const float *x)
{
    const struct lsnn *n = &l->network->lsnn;
    life_currents(l, x);
    for (size_t i = 0; i < n->units; i++) {
        struct life_neuron *u = &l->neuron[i];
        mpfr_mul(u->v, u->v, l->decay, MPFR_RNDN);
        mpfr_mul(l->term, u->current, l->complement, MPFR_RNDN);
        mpfr_add(u->v, u->v, l->term, MPFR_RNDN);
        mpfr_mul(u->resets, u->resets, l->decay, MPFR_RNDN);
        life_filter(u->trace, l->decay, l->complement, u->fires);
        life_filter(u->b, l->decay_ada, l->complement_ada, u->fires);
        mpfr_set(l->term, u->threshold, MPFR_RNDN);
        mpfr_mul(u->threshold, u->b, l->beta, MPFR_RNDN);
        mpfr_add(u->threshold, u->threshold, l->b0, MPFR_RNDN);
        if (n->reset == RESET_ADAPTED)
            mpfr_set(l->term, u->threshold, MPFR_RNDN);
        if (u->fires) {
            mpfr_sub(u->v, u->v, l->term, MPFR_RNDN);
            mpfr_sub(u->resets, u->resets, l->term, MPFR_RNDN);
        }
    }
    for (size_t i = 0; i < n->units; i++) {
        struct life_neuron *u = &l->neuron[i];
        u->fires = u->blocked == 0 && mpfr_greater_p(u->v, u->threshold);
        u->spikes += u->fires;
        u->blocked = u->fires ? n->refractory : u->blocked - (u->blocked > 0);
    }
}

static int life_inside(const mpfr_t value, double lower, double upper)
{
    return mpfr_cmp_d(value, lower) >= 0 && mpfr_cmp_d(value, upper) <= 0;
}

static int life_between(int value, double lower, double upper)
{
    return value >= lower && value <= upper;
}

/* Does some history of neuron i, after step `before`, hold what the neuron is now?
 * b, G and P of a history are those that the next step begins with. */
static int life_in_history(const struct life *l, size_t i, const struct life_step *before)
{
    const struct life_neuron *u = &l->neuron[i];
    for (size_t k = 0; k < before->histories; k++) {
        size_t rows = before->histories;
        const double *low = before->history[0] + k, *high = before->history[1] + k;
        if (before->owner[k] == i && life_inside(u->b, low[0], high[0]) &&
            life_inside(u->trace, low[rows], high[rows]) &&
            life_inside(u->resets, low[2 * rows], high[2 * rows]))
            return 1;
    }
    return 0;
}

static int life_counted(const struct life *l, size_t i, const struct life_step *now)
{
    const struct life_neuron *u = &l->neuron[i];
    for (size_t k = 0; k < now->histories; k++)
        if (now->owner[k] == i && life_between(u->spikes, now->fewest[k], now->most[k]) &&
            now->blocked[k] >> u->blocked & 1)
            return 1;
    return 0;
}

static size_t life_check_step(const struct life *l, const struct life_promise *p, size_t t)
{
    const struct life_step *s = &p->step[t];
    size_t outside = 0;
    for (size_t i = 0; i < p->units; i++) {
        const struct life_neuron *u = &l->neuron[i];
        outside += !life_inside(u->v, s->ends[0][0][i], s->ends[0][1][i]);
        outside += !life_inside(u->threshold, s->ends[1][0][i], s->ends[1][1][i]);
        outside += !life_between(u->fires, s->ends[2][0][i], s->ends[2][1][i]);
        outside += !life_inside(u->trace, s->ends[3][0][i], s->ends[3][1][i]);
        outside += !life_between(u->spikes, s->ends[4][0][i], s->ends[4][1][i]);
        outside += !life_counted(l, i, s);
        outside += t > 0 && !life_in_history(l, i, &p->step[t - 1]);
    }
    return outside;
}

/* The logits of the life just lived, against a bound's margins for `label`. */
static size_t life_check_logits(struct life *l, const struct margins *m, int label)
{
    const struct lsnn *n = &l->network->lsnn;
    const float *w = life_weights(l, n->w_out), *b = life_weights(l, n->b_out);
    size_t outside = 0;
    mpfr_t logit[MARGINS_CLASSES];
    for (size_t c = 0; c < n->classes; c++) {
        mpfr_init2(logit[c], LIFE_BITS);
        mpfr_set_zero(logit[c], 1);
        for (size_t i = 0; i < n->units; i++) {
            mpfr_set_d(l->term, (double)w[i * n->classes + c] * l->neuron[i].spikes, MPFR_RNDN);
            mpfr_add(logit[c], logit[c], l->term, MPFR_RNDN);
        }
        mpfr_div_ui(logit[c], logit[c], n->steps, MPFR_RNDN);
        mpfr_add_d(logit[c], logit[c], b[c], MPFR_RNDN);
        outside += !life_inside(logit[c], m->logit_lower[c], m->logit_upper[c]);
    }
    for (size_t c = 0; c < n->classes; c++) {
        mpfr_sub(l->term, logit[label], logit[c], MPFR_RNDN);
        outside += !life_inside(l->term, m->lower[c], m->upper[c]);
    }
    for (size_t c = 0; c < n->classes; c++)
        mpfr_clear(logit[c]);
    return outside;
}

/* Live through `input` with parameters theta; how many promises are broken? */
static size_t life_broken(const struct network *network, const float *theta, const float *input,
                          int label, const struct life_promise *promise)
{
    struct life l;
    size_t outside = 0;
    life_begin(&l, network, theta);
    for (size_t t = 0; t < network->lsnn.steps; t++) {
        life_step(&l, input + t * network->lsnn.inputs);
        outside += life_check_step(&l, promise, t);
    }
    outside += life_check_logits(&l, &promise->answer.margins, label);
    life_end(&l);
    return outside;
}

/* Only the margins, against given ones. */
static __attribute__((unused)) size_t
life_margins_broken(const struct network *network, const float *theta, const float *input,
                    int label, const struct margins *margins)
{
    struct life l;
    life_begin(&l, network, theta);
    for (size_t t = 0; t < network->lsnn.steps; t++)
        life_step(&l, input + t * network->lsnn.inputs);
    size_t outside = life_check_logits(&l, margins, label);
    life_end(&l);
    return outside;
}

#endif
