/* trace_join.c -- successors of histories, and which of them become one.
 *
 * Which histories are joined is a matter of taste: every choice is sound.  Two
 * engines' bounds are comparable only after equal choices, so a run can write
 * its choices down and another can follow them.  A tighter engine may find that
 * some scripted history cannot be; it then has no place in its lists. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/numbers/rounding.h"
#include "trace_store.h"

void trace_add_successor(struct trace_run *r, size_t from, enum spike spike)
{
    const struct histories *h = &r->now;
    struct histories *s = &r->next;
    size_t i = s->count++;
    int fires = spike == SPIKE_FIRES;
    s->from[i] = (uint32_t)from;
    s->spike[i] = (uint8_t)spike;
    s->owner[i] = h->owner[from];
    s->fewest[i] = h->fewest[from] + fires;
    s->most[i] = h->most[from] + fires;
    if (fires) {
        s->blocked[i] = (uint64_t)1 << r->domain->network->lsnn.refractory;
    } else { /* a free neuron surely above the threshold would have fired */
        uint64_t stays_free = h->blocked[from] & 1 && r->above[from] & SPIKE_SILENT;
        s->blocked[i] = h->blocked[from] >> 1 | stays_free;
    }
}

void trace_list_successors(struct trace_run *r)
{
    r->next.count = 0;
    for (size_t i = 0; i < r->now.count; i++) {
        if (r->possible[i] & SPIKE_FIRES)
            trace_add_successor(r, i, SPIKE_FIRES);
        if (r->possible[i] & SPIKE_SILENT)
            trace_add_successor(r, i, SPIKE_SILENT);
    }
}

/* A set of successors to be joined, and its hull. */
struct pile {
    int fewest, most;
    uint64_t blocked;
    double trace_low, trace_high, reset_low, reset_high;
};

static inline double lesser(double a, double b)
{
    return a < b ? a : b;
}

static inline double greater(double a, double b)
{
    return a > b ? a : b;
}

static struct pile pile_of(const struct trace_run *r, size_t successor)
{
    const struct histories *s = &r->next;
    return (struct pile){s->fewest[successor],       s->most[successor],
                         s->blocked[successor],      r->trace_low[successor],
                         r->trace_high[successor],   r->reset_low[successor],
                         r->reset_high[successor]};
}

static struct pile joined(const struct pile *a, const struct pile *b)
{
    return (struct pile){
        a->fewest < b->fewest ? a->fewest : b->fewest,
        a->most > b->most ? a->most : b->most,
        a->blocked | b->blocked,
        lesser(a->trace_low, b->trace_low),
        greater(a->trace_high, b->trace_high),
        lesser(a->reset_low, b->reset_low),
        greater(a->reset_high, b->reset_high),
    };
}

/* What joining loses. */
static double cost(const struct trace *d, const struct pile *a, const struct pile *b)
{
    struct pile j = joined(a, b);
    return 4.0 * (j.most - j.fewest) + (a->blocked != b->blocked) +
           d->per_reset * (j.reset_high - j.reset_low) +
           d->per_trace * (j.trace_high - j.trace_low);
}

struct heap_of_piles {
    size_t count;
    struct pile pile[2 * TRACE_MOST_DISJUNCTS];
    double cost[2 * TRACE_MOST_DISJUNCTS][2 * TRACE_MOST_DISJUNCTS]; /* of i < j */
    uint32_t name[2 * TRACE_MOST_DISJUNCTS]; /* the first successor in it */
};

static void cheapest(const struct heap_of_piles *h, size_t *first, size_t *second)
{
    double least = INFINITY;
    *first = 0;
    *second = 1;
    for (size_t j = 1; j < h->count; j++)
        for (size_t i = 0; i < j; i++)
            if (h->cost[i][j] < least) {
                least = h->cost[i][j];
                *first = i;
                *second = j;
            }
}

/* Pile `second` goes onto `first`; the last one takes its place. */
static void merge(const struct trace *d, struct heap_of_piles *h, size_t first, size_t second)
{
    size_t last = --h->count;
    h->pile[first] = joined(&h->pile[first], &h->pile[second]);
    if (second != last) {
        h->pile[second] = h->pile[last];
        h->name[second] = h->name[last];
        for (size_t i = 0; i < last; i++) {
            if (i < second)
                h->cost[i][second] = h->cost[i][last];
            else if (i > second)
                h->cost[second][i] = h->cost[i][last];
        }
    }
    for (size_t i = 0; i < h->count; i++) {
        if (i == first)
            continue;
        double *place = i < first ? &h->cost[i][first] : &h->cost[first][i];
        *place = cost(d, &h->pile[i], &h->pile[first]);
    }
}

/* r->group[successor] := the first successor of its group, for one neuron's
 * successors [from, to), more than K of them. */
static void join_alike(struct trace_run *r, size_t from, size_t to)
{
    const struct trace *d = r->domain;
    struct heap_of_piles h;
    h.count = to - from;
    for (size_t j = 0; j < h.count; j++) {
        h.pile[j] = pile_of(r, from + j);
        h.name[j] = (uint32_t)(from + j);
        for (size_t i = 0; i < j; i++)
            h.cost[i][j] = cost(d, &h.pile[i], &h.pile[j]);
    }
    while (h.count > d->disjuncts) {
        size_t first, second;
        cheapest(&h, &first, &second);
        uint32_t kept = h.name[first], gone = h.name[second];
        if (kept > gone) {
            uint32_t swap = kept;
            kept = gone;
            gone = swap;
        }
        for (size_t i = from; i < to; i++)
            if (r->group[i] == gone)
                r->group[i] = kept;
        h.name[first] = kept;
        merge(d, &h, first, second);
    }
}

/* Successors of one neuron that begin at `from` end before: */
static size_t end_of(const struct histories *s, size_t from)
{
    size_t to = from + 1;
    while (to < s->count && s->owner[to] == s->owner[from])
        to++;
    return to;
}

/* Names of groups become numbers, by first successor. */
static void number_groups(struct trace_run *r)
{
    r->groups = 0;
    for (size_t i = 0; i < r->next.count; i++) {
        if (r->group[i] == i)
            r->group[i] = (uint32_t)r->groups++;
        else
            r->group[i] = r->group[r->group[i]];
    }
}

void trace_choose_groups(struct trace_run *r)
{
    const struct engine *e = r->domain->engine;
    const struct histories *s = &r->next;
    struct rounding_scope scope;
    int measured = 0;
    for (size_t i = 0; i < s->count; i++)
        r->group[i] = (uint32_t)i;
    rounding_enter_nearest(&scope);
    for (size_t from = 0, to; from < s->count; from = to) {
        to = end_of(s, from);
        if (to - from <= r->domain->disjuncts)
            continue;
        if (!measured) {
            e->get_ends(s->trace, 0, s->count, r->trace_low, r->trace_high);
            e->get_ends(s->resets, 0, s->count, r->reset_low, r->reset_high);
            measured = 1;
        }
        join_alike(r, from, to);
    }
    rounding_leave(&scope);
    number_groups(r);
}

/* Successors by group; `start` of every group. */
static void sort_members(struct trace_run *r)
{
    uint32_t *start = r->start;
    memset(start, 0, (r->groups + 1) * sizeof *start);
    for (size_t i = 0; i < r->next.count; i++)
        start[r->group[i] + 1]++;
    for (size_t g = 0; g < r->groups; g++)
        start[g + 1] += start[g];
    for (size_t i = 0; i < r->next.count; i++)
        r->member[start[r->group[i]]++] = (uint32_t)i;
    memmove(start + 1, start, r->groups * sizeof *start);
    start[0] = 0;
}

static void join_words(struct trace_run *r)
{
    struct histories *h = &r->now;
    const struct histories *s = &r->next;
    for (size_t g = 0; g < r->groups; g++) {
        size_t i = r->member[r->start[g]];
        h->owner[g] = s->owner[i];
        h->fewest[g] = s->fewest[i];
        h->most[g] = s->most[i];
        h->blocked[g] = s->blocked[i];
        for (size_t k = r->start[g] + 1; k < r->start[g + 1]; k++) {
            i = r->member[k];
            h->fewest[g] = s->fewest[i] < h->fewest[g] ? s->fewest[i] : h->fewest[g];
            h->most[g] = s->most[i] > h->most[g] ? s->most[i] : h->most[g];
            h->blocked[g] |= s->blocked[i];
        }
    }
    h->count = r->groups;
}

void trace_join(struct trace_run *r)
{
    const struct engine *e = r->domain->engine;
    struct histories *h = &r->now, *s = &r->next;
    sort_members(r);
    join_words(r);
    e->hulls(h->adaptation, s->adaptation, r->member, r->start, r->groups);
    e->hulls(h->trace, s->trace, r->member, r->start, r->groups);
    e->hulls(h->resets, s->resets, r->member, r->start, r->groups);
    for (size_t i = h->count; i-- > 0;)
        r->first[h->owner[i]] = (uint32_t)i;
    r->first[r->domain->network->lsnn.units] = (uint32_t)h->count;
}
