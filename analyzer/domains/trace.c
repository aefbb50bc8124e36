/* trace.c -- see trace.h. */
#include "trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/numbers/rounding.h"
#include "trace_store.h"

static struct scalar *scalar(const struct trace *d, enum constant_kind kind, const char *decimal)
{
    struct constant constant;
    constant_init(&constant, kind, decimal);
    struct scalar *result = d->engine->scalar_new(d->engine, &constant);
    constant_clear(&constant);
    return result;
}

static const float *values_of(const struct network *network, int tensor)
{
    return network->theta + network->tensors[tensor].offset;
}

/* Widths are weighed against a threshold and a spike's step in G; plain numbers
 * will do, because joins may be chosen in any way. */
static void weigh(struct trace *d)
{
    const struct lsnn *l = &d->network->lsnn;
    struct rounding_scope scope;
    rounding_enter_nearest(&scope);
    double b0 = fabs(strtod(l->b0, NULL)), step = -expm1(-1 / strtod(l->tau, NULL));
    d->per_reset = 2 / (b0 > 1e-300 ? b0 : 1);
    d->per_trace = 2 / (step > 1e-300 ? step : 1);
    rounding_leave(&scope);
}

int trace_check(const struct network *network, struct fault *fault)
{
    if (network->kind != NETWORK_LSNN)
        return fault_set(fault, "only an LSNN has spike trains to trace; use --domain box");
    if (network->class_count > MARGINS_CLASSES)
        return fault_set(fault, "%zu classes; at most %d can be certified",
                         network->class_count, MARGINS_CLASSES);
    if (network->lsnn.refractory > 63)
        return fault_set(fault, "%d refractory steps; trace knows at most 63, use --domain box",
                         network->lsnn.refractory);
    return 0;
}

struct trace *trace_new(const struct engine *engine, const struct network *network,
                        const struct box *box, int disjuncts, struct fault *fault)
{
    require(disjuncts >= 1 && disjuncts <= TRACE_MOST_DISJUNCTS);
    if (trace_check(network, fault))
        return NULL;
    const struct lsnn *l = &network->lsnn;
    struct trace *d = fault_alloc(1, sizeof *d);
    d->engine = engine;
    d->network = network;
    d->disjuncts = (size_t)disjuncts;
    d->decay = scalar(d, CONSTANT_DECAY, l->tau);
    d->complement = scalar(d, CONSTANT_COMPLEMENT, l->tau);
    d->decay_ada = scalar(d, CONSTANT_DECAY, l->tau_ada);
    d->complement_ada = scalar(d, CONSTANT_COMPLEMENT, l->tau_ada);
    d->b0 = scalar(d, CONSTANT_RATIONAL, l->b0);
    d->beta = scalar(d, CONSTANT_RATIONAL, l->beta);
    d->w_in = engine->matrix_new(engine, values_of(network, l->w_in), l->inputs, l->units, box);
    d->w_rec = engine->synapses_new(engine, values_of(network, l->w_rec), l->units, box);
    d->readout = engine->readout_new(engine, values_of(network, l->w_out),
                                     values_of(network, l->b_out), l->classes, l->units, 1,
                                     l->steps, box);
    weigh(d);
    return d;
}

void trace_free(struct trace *d)
{
    if (!d)
        return;
    const struct engine *e = d->engine;
    struct scalar *scalars[] = {d->decay,          d->complement, d->decay_ada,
                                d->complement_ada, d->b0,         d->beta};
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
        e->scalar_free(scalars[i]);
    e->weights_free(d->w_in);
    e->weights_free(d->w_rec);
    e->weights_free(d->readout);
    free(d);
}

static void histories_init(struct histories *h, const struct engine *e, size_t most)
{
    h->owner = fault_alloc(most, sizeof *h->owner);
    h->fewest = fault_alloc(most, sizeof *h->fewest);
    h->most = fault_alloc(most, sizeof *h->most);
    h->blocked = fault_alloc(most, sizeof *h->blocked);
    h->from = fault_alloc(most, sizeof *h->from);
    h->spike = fault_alloc(most, sizeof *h->spike);
    h->adaptation = e->intervals_new(e, most);
    h->trace = e->intervals_new(e, most);
    h->resets = e->intervals_new(e, most);
}

static void histories_clear(struct histories *h, const struct engine *e)
{
    free(h->owner);
    free(h->fewest);
    free(h->most);
    free(h->blocked);
    free(h->from);
    free(h->spike);
    e->intervals_free(h->adaptation);
    e->intervals_free(h->trace);
    e->intervals_free(h->resets);
}

struct trace_run *trace_run_new(const struct trace *d)
{
    const struct engine *e = d->engine;
    const struct lsnn *l = &d->network->lsnn;
    size_t units = l->units, most = units * d->disjuncts, successors = 2 * most;
    struct trace_run *r = fault_alloc(1, sizeof *r);
    r->domain = d;
    r->input = e->intervals_new(e, l->inputs);
    r->filtered = e->intervals_new(e, l->inputs);
    struct intervals **rows[] = {&r->drive, &r->source, &r->counts};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        *rows[i] = e->intervals_new(e, units);
    r->membrane = e->intervals_new(e, most);
    r->threshold = e->intervals_new(e, most);
    r->reset = e->intervals_new(e, successors);
    histories_init(&r->now, e, most);
    histories_init(&r->next, e, successors);
    r->above = fault_alloc(most, 1);
    r->possible = fault_alloc(most, 1);
    r->silence = fault_alloc(successors, 1);
    memset(r->silence, SPIKE_SILENT, successors);
    uint32_t **indices[] = {&r->group, &r->member, &r->start, &r->first, &r->place,
                            &r->next_place, &r->successor_place};
    for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
        *indices[i] = fault_alloc(successors + 1, sizeof **indices[i]);
    int **counters[] = {&r->zeros, &r->fewest, &r->most};
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
        *counters[i] = fault_alloc(units > l->inputs ? units : l->inputs, sizeof(int));
    double **ends[] = {&r->trace_low, &r->trace_high, &r->reset_low, &r->reset_high};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        *ends[i] = fault_alloc(successors, sizeof(double));
    r->lower = fault_alloc(3 * most, sizeof(double));
    r->upper = fault_alloc(3 * most, sizeof(double));
    return r;
}

void trace_run_free(struct trace_run *r)
{
    if (!r)
        return;
    const struct engine *e = r->domain->engine;
    struct intervals *rows[] = {r->input,    r->filtered,  r->drive, r->source,
                                r->membrane, r->threshold, r->reset, r->counts};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        e->intervals_free(rows[i]);
    histories_clear(&r->now, e);
    histories_clear(&r->next, e);
    void *blocks[] = {r->above,      r->possible,   r->silence,   r->group,      r->member,
                      r->start,      r->first,      r->place,     r->next_place, r->successor_place,
                      r->zeros,      r->fewest,     r->most,      r->trace_low,  r->trace_high,
                      r->reset_low,  r->reset_high, r->lower,     r->upper};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        free(blocks[i]);
    free(r);
}

struct trace_script *trace_script_new(void)
{
    return fault_alloc(1, sizeof(struct trace_script));
}

void trace_script_free(struct trace_script *script)
{
    if (!script)
        return;
    free(script->words);
    free(script);
}
