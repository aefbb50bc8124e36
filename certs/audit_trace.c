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
#include "certificate_raster.h"

#define MOST_REFRACTORY 62

struct history {
    int fewest, most;
    uint64_t blocked; /* bit r: r blocked steps may be left */
    struct span adaptation, trace, resets, threshold;
    int may_exceed, may_stay; /* V > B, V <= B possible */
};

struct neuron {
    size_t count;
    struct history histories[RASTER_HISTORIES];
};

struct run {
    const struct audit_network *a;
    const struct audit_case *cases;
    size_t case_count, step;
    struct neuron *neurons;
    struct span *filtered, *drive; /* by input, by neuron */
    struct raster *raster; /* NULL: without evidence */
    struct fault *fault;
};

static int wrong(const struct run *r, size_t unit, const char *what)
{
    return fault_set(r->fault, "step %zu, neuron %zu: %s", r->step, unit, what);
}

/* sum_i += [w_ji] [G_j] for targets i in [from, to); G_j = [low, high] >= 0. */
static void add_synapses(const struct span *restrict w, double low, double high,
                         struct span *restrict sum, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        sum[i].down += audit_max(w[i].down * high, w[i].down * low);
        sum[i].up += audit_max(w[i].up * high, w[i].up * low);
    }
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
        const struct neuron *source = &r->neurons[j];
        struct span g = source->histories[0].trace;
        for (size_t k = 1; k < source->count; k++)
            g = span_hull(g, source->histories[k].trace);
        const struct span *w = a->theta + w_rec + j * l->units;
        if (g.up == 0)
            continue;
        add_synapses(w, -g.down, g.up, r->drive, 0, j);
        add_synapses(w, -g.down, g.up, r->drive, j + 1, l->units);
    }
}

/* V and B of every history of a neuron; its own synapse meets its own G. */
static int compare(struct run *r, size_t i)
{
    const struct audit_network *a = r->a;
    const struct network *n = a->network;
    size_t own = n->tensors[n->lsnn.w_rec].offset + i * n->lsnn.units + i;
    for (size_t k = 0; k < r->neurons[i].count; k++) {
        struct history *h = &r->neurons[i].histories[k];
        struct span v = span_add(r->drive[i], span_times(a->theta[own], h->trace));
        v = span_add(v, h->resets);
        h->threshold = span_add(a->b0, span_times(a->beta, h->adaptation));
        if (!audit_finite(v) || !audit_finite(h->threshold))
            return wrong(r, i, "the bounds overflow");
        h->may_exceed = v.up > -h->threshold.down;
        h->may_stay = -v.down <= h->threshold.up;
    }
    return 0;
}

/* What the bounds, the refractory rule and the cases leave possible. */
static void find_possible(const struct run *r, size_t i, const struct history *h, int *fires,
                          int *silent)
{
    int blocked = (h->blocked & ~(uint64_t)1) != 0;
    *fires = (h->blocked & 1) && h->may_exceed;
    *silent = blocked || h->may_stay;
    for (size_t c = 0; c < r->case_count; c++)
        if (r->cases[c].step == r->step && r->cases[c].unit == i) {
            *fires &= r->cases[c].fires;
            *silent &= !r->cases[c].fires;
        }
}

/* A history after the neuron fired, or did not. */
static struct history successor(const struct audit_network *a, const struct history *h, int fires)
{
    struct history s = *h;
    struct span spike = span_point(fires);
    s.fewest += fires;
    s.most += fires;
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

static void join(struct history *into, const struct history *h)
{
    into->fewest = h->fewest < into->fewest ? h->fewest : into->fewest;
    into->most = h->most > into->most ? h->most : into->most;
    into->blocked |= h->blocked;
    into->adaptation = span_hull(into->adaptation, h->adaptation);
    into->trace = span_hull(into->trace, h->trace);
    into->resets = span_hull(into->resets, h->resets);
}

/* Without a raster: what is possible happens, and the successors become one history. */
static void presume(struct raster_word *word, const int *fires, const int *silent, size_t count)
{
    memset(word->group, 0, sizeof word->group);
    for (size_t k = 0; k < count; k++)
        word->outcome[k] = fires[k] && silent[k] ? '?' : fires[k] ? '+' : silent[k] ? '-' : 'x';
}

/* A neuron's histories after the step. */
static int follow(struct run *r, size_t unit)
{
    struct neuron *n = &r->neurons[unit], next = {0};
    struct raster_word word;
    int fires[RASTER_HISTORIES], silent[RASTER_HISTORIES];
    size_t made = 0;
    for (size_t k = 0; k < n->count; k++)
        find_possible(r, unit, &n->histories[k], &fires[k], &silent[k]);
    if (!r->raster)
        presume(&word, fires, silent, n->count);
    else if (raster_word(r->raster, unit, n->count, &word))
        return -1;
    for (size_t k = 0; k < n->count; k++) {
        int may[2] = {strchr("-?", word.outcome[k]) != NULL, strchr("+?", word.outcome[k]) != NULL};
        if (fires[k] && !may[1])
            return wrong(r, unit, "it may fire, which the certificate leaves out");
        if (silent[k] && !may[0])
            return wrong(r, unit, "it may stay silent, which the certificate leaves out");
        for (int spike = 1; spike >= 0; spike--) {
            if (!may[spike])
                continue;
            struct history s = successor(r->a, &n->histories[k], spike);
            size_t group = word.group[made++];
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
    size_t units = r->a->network->lsnn.units;
    if (r->raster && raster_line(r->raster))
        return -1;
    find_drive(r, x);
    for (size_t i = 0; i < units; i++)
        if (compare(r, i))
            return -1;
    for (size_t i = 0; i < units; i++)
        if (follow(r, i))
            return -1;
    return r->raster ? raster_line_end(r->raster) : 0;
}

/* The least and most spikes of every neuron, as intervals. */
static void count_spikes(struct run *r)
{
    for (size_t i = 0; i < r->a->network->lsnn.units; i++) {
        const struct neuron *n = &r->neurons[i];
        struct span count = {-n->histories[0].fewest, n->histories[0].most};
        for (size_t k = 1; k < n->count; k++)
            count = span_hull(count, (struct span){-n->histories[k].fewest, n->histories[k].most});
        r->drive[i] = count;
    }
}

/* The label's weights and another class's are different parameters: their difference is the
 * interval difference, and each count meets it once.  Times T. */
static void find_margins(const struct run *r, int label, struct span *margins)
{
    const struct network *n = r->a->network;
    const struct lsnn *l = &n->lsnn;
    const struct span *weights = r->a->theta + n->tensors[l->w_out].offset;
    for (int j = 0; j < (int)l->classes; j++) {
        struct span sum = {0, 0};
        if (j != label && l->b_out >= 0) {
            const struct span *bias = r->a->theta + n->tensors[l->b_out].offset;
            sum = span_times(span_subtract(bias[label], bias[j]), span_point((double)l->steps));
        }
        for (size_t i = 0; i < l->units && j != label; i++) {
            const struct span *w = weights + i * l->classes;
            sum = span_add(sum, span_times(span_subtract(w[label], w[j]), r->drive[i]));
        }
        margins[j] = sum;
    }
}

static int follow_all(struct run *r, const float *input, int label, struct span *margins)
{
    const struct lsnn *l = &r->a->network->lsnn;
    for (size_t i = 0; i < l->units; i++) {
        r->neurons[i].count = 1;
        r->neurons[i].histories[0].blocked = 1;
    }
    for (r->step = 0; r->step < l->steps; r->step++)
        if (step(r, input + r->step * l->inputs))
            return -1;
    count_spikes(r);
    find_margins(r, label, margins);
    return 0;
}

int audit_trace(const struct audit_network *a, const float *input, int label,
                const struct audit_case *cases, size_t case_count, struct text *text,
                struct span *margins, struct fault *fault)
{
    const struct lsnn *l = &a->network->lsnn;
    if (a->network->kind != NETWORK_LSNN || l->refractory > MOST_REFRACTORY)
        return fault_set(fault, "a raster is evidence for spiking networks with at most %d "
                         "blocked steps only", MOST_REFRACTORY);
    struct raster raster = {.fault = fault};
    struct run r = {.a = a, .cases = cases, .case_count = case_count, .fault = fault,
                    .raster = text ? &raster : NULL,
                    .filtered = fault_alloc(l->inputs, sizeof *r.filtered),
                    .drive = fault_alloc(l->units, sizeof *r.drive),
                    .neurons = fault_alloc(l->units, sizeof *r.neurons)};
    if (text)
        raster.text = *text;
    int failed = follow_all(&r, input, label, margins);
    if (text)
        *text = raster.text;
    free(r.filtered);
    free(r.drive);
    free(r.neurons);
    return failed;
}
