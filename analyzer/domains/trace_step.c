/* trace_step.c -- one sample through time: bounds, outcomes, successors. */
#include <string.h>

#include "trace_store.h"

/* One history a neuron: everything zero, free to fire. */
static void start(struct trace_run *r)
{
    const struct engine *e = r->domain->engine;
    size_t units = r->domain->network->lsnn.units;
    struct histories *h = &r->now;
    h->count = units;
    for (size_t i = 0; i < units; i++) {
        h->owner[i] = r->first[i] = r->place[i] = (uint32_t)i;
        h->fewest[i] = h->most[i] = 0;
        h->blocked[i] = 1;
    }
    r->first[units] = (uint32_t)units;
    e->set_counts(h->adaptation, r->zeros, r->zeros, units);
    e->set_counts(h->trace, r->zeros, r->zeros, units);
    e->set_counts(h->resets, r->zeros, r->zeros, units);
    e->set_counts(r->filtered, r->zeros, r->zeros, r->domain->network->lsnn.inputs);
}

/* V and B of every history, and what is known of V > B. */
static void bound_membranes(struct trace_run *r, const float *input)
{
    const struct trace *d = r->domain;
    const struct engine *e = d->engine;
    const struct lsnn *l = &d->network->lsnn;
    struct histories *h = &r->now;
    e->set_points(r->input, input, l->inputs);
    e->combine(r->filtered, d->decay, r->filtered, d->complement, r->input, l->inputs);
    for (size_t i = 0; i < h->count; i++)
        r->member[i] = (uint32_t)i;
    e->hulls(r->source, h->trace, r->member, r->first, l->units);
    e->set_counts(r->drive, r->zeros, r->zeros, l->units);
    e->drive_traces(d->w_in, r->filtered, r->drive);
    e->drive_traces(d->w_rec, r->source, r->drive);
    e->membrane(d->w_rec, r->drive, h->owner, h->trace, h->resets, r->membrane, h->count);
    e->offset(r->threshold, d->b0, d->beta, h->adaptation, h->count);
    e->compare(r->membrane, r->threshold, r->above, h->count);
}

/* Outcomes that the comparison and the refractory rule leave; the comparison's
 * words NEVER, ALWAYS and OPEN are, as bits, silent, fires and open. */
static void find_possible(struct trace_run *r)
{
    const struct histories *h = &r->now;
    for (size_t i = 0; i < h->count; i++) {
        int free_now = h->blocked[i] & 1, blocked = h->blocked[i] > 1;
        int fires = free_now && (r->above[i] & SPIKE_FIRES);
        int silent = blocked || (r->above[i] & SPIKE_SILENT);
        r->possible[i] = (uint8_t)((fires ? SPIKE_FIRES : 0) | (silent ? SPIKE_SILENT : 0));
    }
}

static int possible_of(const struct trace_run *r, size_t unit)
{
    int possible = 0;
    for (size_t i = r->first[unit]; i < r->first[unit + 1]; i++)
        possible |= r->possible[i];
    return possible;
}

/* Drop what the cases of this step exclude.  Returns nonzero if nothing is left. */
static int assume(struct trace_run *r, const struct trace_request *request, size_t step)
{
    int empty = 0;
    for (size_t c = 0; c < request->case_count; c++) {
        const struct trace_case *assumed = &request->cases[c];
        if (assumed->step != step)
            continue;
        for (size_t i = r->first[assumed->unit]; i < r->first[assumed->unit + 1]; i++)
            r->possible[i] &= (uint8_t)assumed->spike;
        empty |= !possible_of(r, assumed->unit);
    }
    return empty;
}

static void look_for_open(struct trace_run *r, size_t step, struct trace_answer *answer)
{
    for (size_t i = 0; i < r->domain->network->lsnn.units && !answer->open; i++)
        if (possible_of(r, i) == SPIKE_OPEN) {
            answer->open = 1;
            answer->open_step = step;
            answer->open_unit = i;
        }
}

/* b, G and P of every successor. */
static void advance(struct trace_run *r)
{
    const struct trace *d = r->domain;
    const struct engine *e = d->engine;
    const struct histories *h = &r->now;
    struct histories *s = &r->next;
    e->pick(s->adaptation, h->adaptation, s->from, s->count);
    e->leak_and_add(s->adaptation, d->decay_ada, d->complement_ada, s->spike, s->count);
    e->pick(s->trace, h->trace, s->from, s->count);
    e->leak_and_add(s->trace, d->decay, d->complement, s->spike, s->count);
    e->pick(s->resets, h->resets, s->from, s->count);
    e->leak_and_add(s->resets, d->decay, d->complement, r->silence, s->count);
    if (d->network->lsnn.reset == RESET_SPIKE)
        e->pick(r->reset, r->threshold, s->from, s->count);
    else
        e->offset(r->reset, d->b0, d->beta, s->adaptation, s->count);
    e->subtract_where(s->resets, s->spike, r->reset, s->count);
}

/* One step; returns nonzero where the rest would say nothing. */
static int step(struct trace_run *r, const struct trace_request *request, size_t t, size_t *at,
                struct trace_answer *answer)
{
    size_t inputs = r->domain->network->lsnn.inputs;
    bound_membranes(r, request->input + t * inputs);
    find_possible(r);
    answer->empty = assume(r, request, t);
    if (answer->empty)
        return 1;
    if (!answer->open)
        look_for_open(r, t, answer);
    if (request->observer)
        trace_show_membranes(r, t, request->observer);
    if (!request->replay)
        trace_list_successors(r);
    else if ((answer->strayed = trace_replay_successors(r, request->replay, at) != 0))
        return 1;
    advance(r);
    if (request->replay)
        trace_replay_groups(r, request->replay, at);
    else
        trace_choose_groups(r);
    if (request->record)
        trace_record(r, request->record);
    trace_join(r);
    if (request->observer)
        trace_show_histories(r, t, request->observer);
    return 0;
}

static void count_spikes(struct trace_run *r)
{
    const struct histories *h = &r->now;
    for (size_t i = 0; i < h->count; i++) {
        size_t o = h->owner[i];
        int begins = i == r->first[o];
        if (begins || h->fewest[i] < r->fewest[o])
            r->fewest[o] = h->fewest[i];
        if (begins || h->most[i] > r->most[o])
            r->most[o] = h->most[i];
    }
}

void trace_bound(const struct trace *trace, struct trace_run *run,
                 const struct trace_request *request, struct trace_answer *answer)
{
    const struct lsnn *l = &trace->network->lsnn;
    size_t at = 0;
    require(run->domain == trace && !(request->record && request->replay));
    memset(answer, 0, sizeof *answer);
    if (request->record)
        request->record->count = 0;
    start(run);
    for (size_t t = 0; t < l->steps; t++)
        if (step(run, request, t, &at, answer))
            return;
    count_spikes(run);
    trace->engine->set_counts(run->counts, run->fewest, run->most, l->units);
    trace->engine->readout(trace->readout, run->counts, 0, request->label, &answer->margins);
}
