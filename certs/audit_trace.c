/* audit_trace.c -- following a claimed spike raster, one step at a time.
 *
 * Weights do not change with time, so V_t = W_in F_t + W_rec G_t + P_t with the filtered input
 * F, the filtered spikes G of the sources and the filtered resets P of the target:
 *   F_{t+1} = rho F_t + (1 - rho) x_t,  G_{t+1} = rho G_t + (1 - rho) o_t,
 *   P_{t+1} = rho P_t - o_t R_t.
 * Every neuron has a few histories: sets of (spikes so far, blocked steps left, b, G, P).
 * Invariant: for each parameter vector in the box (for which the cases hold), some history of
 * each neuron contains what the neuron has come to.  A step keeps it if every outcome that
 * the bounds leave possible for a history is among those that the raster claims, and every
 * successor goes into some history.  What is claimed beyond that only enlarges. */
#include <stdlib.h>
#include <string.h>

#include "audit_network.h"

#define MOST_REFRACTORY 62

struct history {
    uint64_t blocked; /* bit r: r blocked steps may be left */
    struct span spikes, adaptation, trace, resets;
    struct span threshold; /* B, and is V <= B possible, at the step in hand */
    int may_stay;
};

struct neuron {
    size_t count;
    struct history histories[RASTER_HISTORIES];
};

struct run {
    const struct audit_network *a;
    const struct raster_case *cases;
    size_t case_count, step;
    struct neuron *neurons;
    struct span *filtered, *drive; /* by input, by neuron */
    int given;                     /* is there a raster? */
    struct raster raster;
    struct fault *fault;
};

static int wrong(const struct run *r, size_t unit, const char *what)
{
    return fault_set(r->fault, "step %zu, neuron %zu: %s", r->step, unit, what);
}

static void join(struct history *into, const struct history *h)
{
    into->blocked |= h->blocked;
    into->spikes = span_hull(into->spikes, h->spikes);
    into->adaptation = span_hull(into->adaptation, h->adaptation);
    into->trace = span_hull(into->trace, h->trace);
    into->resets = span_hull(into->resets, h->resets);
}

/* All of a neuron's histories as one. */
static struct history joined(const struct neuron *n)
{
    struct history all = n->histories[0];
    for (size_t k = 1; k < n->count; k++)
        join(&all, &n->histories[k]);
    return all;
}

/* What all other neurons and the inputs drive each neuron with. */
static void find_drive(struct run *r, const float *x)
{
    const struct audit_network *a = r->a;
    const struct network *n = a->network;
    const struct lsnn *l = &n->lsnn;
    size_t w_in = n->tensors[l->w_in].offset, w_rec = n->tensors[l->w_rec].offset;
    memset(r->drive, 0, l->units * sizeof *r->drive);
    for (size_t k = 0; k < l->inputs; k++) {
        struct span *f = &r->filtered[k];
        *f = span_add(span_times(a->decay, *f), span_times(a->complement, span_point(x[k])));
        for (size_t i = 0; i < l->units; i++)
            r->drive[i] = span_add(r->drive[i], span_times(a->theta[w_in + k * l->units + i], *f));
    }
    for (size_t j = 0; j < l->units; j++) {
        const struct span g = joined(&r->neurons[j]).trace, others = r->drive[j];
        const struct span *restrict w = a->theta + w_rec + j * l->units;
        struct span *restrict sum = r->drive;
        for (size_t i = 0; g.up > 0 && i < l->units; i++) { /* g is never negative */
            sum[i].down += audit_max(w[i].down * g.up, w[i].down * -g.down);
            sum[i].up += audit_max(w[i].up * g.up, w[i].up * -g.down);
        }
        sum[j] = others;
    }
}

/* Which of silence (0) and a spike (1) V and B, the refractory rule and the cases leave possible
 * for a history.  Its own synapse meets its own G. */
static int find_possible(const struct run *r, size_t i, struct history *h, int possible[2])
{
    const struct audit_network *a = r->a;
    const struct network *n = a->network;
    size_t own = n->tensors[n->lsnn.w_rec].offset + i * n->lsnn.units + i;
    struct span v = span_add(r->drive[i], span_times(a->theta[own], h->trace));
    v = span_add(v, h->resets);
    h->threshold = span_add(a->b0, span_times(a->beta, h->adaptation));
    if (!audit_finite(v) || !audit_finite(h->threshold))
        return wrong(r, i, "the bounds overflow");
    h->may_stay = -v.down <= h->threshold.up;
    possible[0] = (h->blocked & ~(uint64_t)1) || h->may_stay;
    possible[1] = (h->blocked & 1) && v.up > -h->threshold.down;
    for (size_t c = 0; c < r->case_count; c++)
        if (r->cases[c].step == r->step && r->cases[c].unit == i)
            possible[!r->cases[c].fires] = 0;
    return 0;
}

/* A history after the neuron fired, or did not. */
static struct history successor(const struct audit_network *a, const struct history *h, int fires)
{
    struct history s = *h;
    struct span spike = span_point(fires);
    s.spikes = span_add(h->spikes, spike);
    s.adaptation = span_add(span_times(a->decay_ada, h->adaptation),
                            span_times(a->complement_ada, spike));
    s.trace = span_add(span_times(a->decay, h->trace), span_times(a->complement, spike));
    s.trace.down = audit_min(s.trace.down, 0); /* G is never negative */
    s.resets = span_times(a->decay, h->resets);
    if (fires) {
        struct span taken = h->threshold;
        if (a->network->lsnn.reset == RESET_ADAPTED)
            taken = span_add(a->b0, span_times(a->beta, s.adaptation));
        s.resets = span_subtract(s.resets, taken);
        s.blocked = (uint64_t)1 << a->network->lsnn.refractory;
    } else {
        s.blocked = h->blocked >> 1 | (h->blocked & 1 & (uint64_t)h->may_stay);
    }
    return s;
}

/* A neuron's histories after the step.  Without a raster what is possible happens, and all
 * successors become one history. */
static int follow(struct run *r, size_t unit)
{
    struct neuron *n = &r->neurons[unit], next = {0};
    struct raster_word word;
    size_t made = 0;
    if (r->given && raster_word(&r->raster, unit, n->count, &word))
        return -1;
    for (size_t k = 0; k < n->count; k++) {
        int possible[2] = {0, 0};
        if (find_possible(r, unit, &n->histories[k], possible))
            return -1;
        for (int spike = 1; spike >= 0; spike--) {
            int may = r->given ? strchr(spike ? "+?" : "-?", word.outcome[k]) != NULL
                               : possible[spike];
            if (possible[spike] && !may)
                return wrong(r, unit, spike ? "it may fire, which the certificate leaves out"
                                     : "it may stay silent, which the certificate leaves out");
            if (!may)
                continue;
            struct history s = successor(r->a, &n->histories[k], spike);
            size_t group = r->given ? word.group[made++] : 0;
            if (group == next.count)
                next.histories[next.count++] = s;
            else
                join(&next.histories[group], &s);
        }
    }
    *n = next;
    return n->count ? 0 : wrong(r, unit, "no history is left");
}

static int step(struct run *r, const float *x)
{
    if (r->given && raster_line(&r->raster))
        return -1;
    find_drive(r, x);
    for (size_t i = 0; i < r->a->network->lsnn.units; i++)
        if (follow(r, i))
            return -1;
    return r->given ? raster_line_end(&r->raster) : 0;
}

/* T times the margins.  The label's weights and another class's are different parameters: their
 * difference is the interval difference, and each number of spikes meets it once. */
static void find_margins(const struct run *r, int label, struct span *margins)
{
    const struct network *n = r->a->network;
    const struct lsnn *l = &n->lsnn;
    const struct span *w = r->a->theta + n->tensors[l->w_out].offset, steps = span_point(l->steps);
    const struct span *bias = l->b_out < 0 ? NULL : r->a->theta + n->tensors[l->b_out].offset;
    for (size_t j = 0; j < l->classes; j++)
        margins[j] = bias ? span_times(span_subtract(bias[label], bias[j]), steps) : span_point(0);
    for (size_t i = 0; i < l->units; i++, w += l->classes) {
        struct span spikes = joined(&r->neurons[i]).spikes;
        for (size_t j = 0; j < l->classes; j++)
            margins[j] = span_add(margins[j], span_times(span_subtract(w[label], w[j]), spikes));
    }
}

int audit_trace(const struct audit_network *a, const float *input, int label,
                const struct raster_case *cases, size_t case_count, struct text *text,
                struct span *margins, struct fault *fault)
{
    const struct lsnn *l = &a->network->lsnn;
    if (l->refractory > MOST_REFRACTORY)
        return fault_set(fault, "spiking networks with at most %d blocked steps can be audited",
                         MOST_REFRACTORY);
    struct run r = {.a = a, .cases = cases, .case_count = case_count, .fault = fault,
                    .given = text != NULL, .raster = {.fault = fault},
                    .filtered = fault_alloc(l->inputs, sizeof *r.filtered),
                    .drive = fault_alloc(l->units, sizeof *r.drive),
                    .neurons = fault_alloc(l->units, sizeof *r.neurons)};
    if (text)
        r.raster.text = *text;
    int failed = 0;
    for (size_t i = 0; i < l->units; i++)
        r.neurons[i] = (struct neuron){1, {{.blocked = 1}}};
    for (; r.step < l->steps && !failed; r.step++)
        failed = step(&r, input + r.step * l->inputs);
    if (!failed)
        find_margins(&r, label, margins);
    if (text)
        *text = r.raster.text;
    free(r.filtered);
    free(r.drive);
    free(r.neurons);
    return failed;
}
