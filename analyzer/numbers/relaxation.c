/* relaxation.c -- see relaxation.h. */
#include "relaxation.h"

#include <math.h>
#include <stdlib.h>

#include "rounding.h"
#include "specs/fault.h"

struct relaxation *relaxation_new(struct grid grid, int pools)
{
    size_t count = grid_count(grid);
    struct relaxation *t = fault_alloc(1, sizeof *t);
    t->grid = grid;
    t->alpha = fault_alloc_aligned(6 * count, sizeof(double));
    t->slope = t->alpha + count;
    t->low = t->slope + count;
    t->high = t->low + count;
    t->at_low = t->high + count;
    t->at_high = t->at_low + count;
    if (pools) {
        t->place[0] = fault_alloc(2 * count, sizeof(uint32_t));
        t->place[1] = t->place[0] + count;
    }
    return t;
}

void relaxation_free(struct relaxation *t)
{
    if (!t)
        return;
    free(t->alpha);
    free(t->place[0]);
    free(t);
}

/* A convex f of one value: f(low) <= at_low, f(high) <= at_high. */
struct convex {
    double low, high, at_low, at_high;
};

/* Its chord's slope.  Any number that is not negative would be sound: f rises, and a
 * pooling's coefficients must keep their signs, which say where they stand. */
static double slope_of(const struct convex *f)
{
    double slope = (f->at_high - f->at_low) / (f->high - f->low);
    return f->high > f->low && slope > 0 && slope < INFINITY ? slope : 0;
}

/* The chord at a value, roughly. */
static double chord_at(const struct convex *f, double value)
{
    return f->at_low + slope_of(f) * (value - f->low);
}

static int is_bounded(const struct convex *f)
{
    return fabs(f->low) < INFINITY && fabs(f->high) < INFINITY && fabs(f->at_low) < INFINITY &&
           fabs(f->at_high) < INFINITY;
}

static void set_upper(struct relaxation *t, size_t at, const struct convex *f)
{
    int bounded = is_bounded(f);
    t->slope[at] = bounded ? slope_of(f) : 0;
    t->low[at] = bounded ? f->low : 0;
    t->high[at] = bounded ? f->high : 0;
    t->at_low[at] = bounded ? f->at_low : INFINITY;
    t->at_high[at] = bounded ? f->at_high : INFINITY;
}

static double above_zero(double x)
{
    return x > 0 ? x : 0;
}

/* Of the two lines 0 and v under max(v, 0), the one that leaves less room. */
static double better_line(double low, double high)
{
    return low >= 0 || (high > 0 && high > -low) ? 1 : 0;
}

static void relu_place(struct relaxation *t, const struct relaxed *v, size_t at, double *out_low,
                       double *out_high)
{
    double low = v->low[at], high = v->high[at];
    struct convex f = {low, high, above_zero(low), above_zero(high)};
    t->alpha[at] = better_line(low, high);
    set_upper(t, at, &f);
    out_low[at] = f.at_low;
    out_high[at] = f.at_high;
}

void relaxation_relu(struct relaxation *t, const struct relaxed *v, double *out_low,
                     double *out_high)
{
    struct rounding_scope scope;
    rounding_enter_downward(&scope);
    for (size_t place = 0; place < t->grid.height * t->grid.width; place++)
        for (size_t c = 0; c < t->grid.channels; c++)
            relu_place(t, v, place * t->grid.stride + c, out_low, out_high);
    rounding_leave(&scope);
}

size_t pool_place(struct grid out, size_t place, struct grid v, size_t size, size_t i)
{
    return (place / out.width * size + i / size) * v.width + place % out.width * size + i % size;
}

static size_t pool_at(struct grid out, size_t place, size_t channel, struct grid v, size_t size,
                      size_t i)
{
    return pool_place(out, place, v, size, i) * v.stride + channel;
}

size_t pool_winner(struct grid out, size_t place, size_t channel, const struct relaxed *v,
                   size_t size)
{
    size_t best = 0;
    for (size_t i = 1; i < size * size; i++)
        if (v->guess[pool_at(out, place, channel, v->grid, size, i)] >
            v->guess[pool_at(out, place, channel, v->grid, size, best)])
            best = i;
    return best;
}

/* The greatest lower bound in a window: what its maximum is at least. */
static double least_maximum(struct grid out, size_t place, size_t channel,
                            const struct relaxed *v, size_t size)
{
    double most = -INFINITY;
    for (size_t i = 0; i < size * size; i++) {
        double low = v->low[pool_at(out, place, channel, v->grid, size, i)];
        most = low > most ? low : most;
    }
    return most;
}

int pool_candidate(struct grid out, size_t place, size_t channel, const struct relaxed *v,
                   size_t size, size_t i)
{
    double high = v->high[pool_at(out, place, channel, v->grid, size, i)];
    return !(high < least_maximum(out, place, channel, v, size));
}

/* What is left of a window once those are dropped that another one surely beats:
 * member `top` with the greatest upper end, the others' greatest, and how far any
 * may exceed the winner. */
struct contest {
    size_t winner, top;
    uint64_t rivals; /* those left, where windows have at most 64 members */
    double others, excess;
};

static struct contest contest_of(const struct relaxation *t, size_t place, size_t channel,
                                 const struct relaxed *v, size_t size, int floor,
                                 const double *differences)
{
    struct grid out = t->grid;
    struct contest c = {.others = -INFINITY, .excess = 0};
    c.winner = c.top = pool_winner(out, place, channel, v, size);
    c.rivals = (uint64_t)1 << c.winner % 64;
    size_t winner_at = pool_at(out, place, channel, v->grid, size, c.winner);
    double top_high = v->high[winner_at];
    for (size_t i = 0; i < size * size; i++) {
        double high = v->high[pool_at(out, place, channel, v->grid, size, i)];
        double apart = -(v->low[winner_at] - high); /* rounded up */
        if (differences) {
            double known = differences[(place * out.stride + channel) * size * size + i];
            apart = known < apart ? known : apart;
        }
        if (i == c.winner || apart <= 0 || (floor && high <= 0) ||
            !pool_candidate(out, place, channel, v, size, i))
            continue;
        c.rivals |= (uint64_t)1 << i % 64;
        c.excess = apart > c.excess ? apart : c.excess;
        double loser = high > top_high ? top_high : high;
        if (high > top_high) {
            top_high = high;
            c.top = i;
        }
        c.others = loser > c.others ? loser : c.others;
    }
    return c;
}

/* Both lines above: by the top and the others, and by the winner and the excess. */
static int is_by_top(const struct relaxation *t, const struct relaxed *v, size_t size, int floor,
                     size_t place, size_t channel, const struct contest *c, struct convex *a,
                     struct convex *b)
{
    struct grid out = t->grid;
    size_t w = pool_at(out, place, channel, v->grid, size, c->winner);
    size_t top = pool_at(out, place, channel, v->grid, size, c->top);
    double m = floor && c->others < 0 ? 0 : c->others, low = v->low[w], high = v->high[w];
    double low_kept = floor ? above_zero(low) : low, high_kept = floor ? above_zero(high) : high;
    *a = (struct convex){v->low[top], v->high[top], fmax(v->low[top], m), fmax(v->high[top], m)};
    *b = (struct convex){low, high, -(-low_kept - c->excess), -(-high_kept - c->excess)};
    /* !: an unbounded chord is no number. */
    return !(chord_at(b, v->guess[w]) <= chord_at(a, v->guess[top]));
}

static void pool_output(struct relaxation *t, const struct relaxed *v, size_t size, int floor,
                        const double *differences, size_t place, size_t channel, double *out_low,
                        double *out_high)
{
    struct grid out = t->grid;
    struct convex a, b;
    struct contest c = contest_of(t, place, channel, v, size, floor, differences);
    int by_top = is_by_top(t, v, size, floor, place, channel, &c, &a, &b);
    size_t at = place * out.stride + channel;
    t->alpha[at] = floor ? better_line(b.low, b.high) : 1;
    set_upper(t, at, by_top ? &a : &b);
    t->place[0][at] = (uint32_t)pool_place(out, place, v->grid, size, c.winner);
    t->place[1][at] =
        (uint32_t)pool_place(out, place, v->grid, size, by_top ? c.top : c.winner);
    double least = least_maximum(out, place, channel, v, size);
    out_low[at] = floor ? above_zero(least) : least;
    out_high[at] = fmin(a.at_high, b.at_high);
}

struct pool_choice relaxation_choice(const struct relaxation *t, const struct relaxed *v,
                                     size_t size, int floor, const double *differences,
                                     size_t place, size_t channel)
{
    struct convex a, b;
    struct rounding_scope scope;
    rounding_enter_downward(&scope);
    struct contest c = contest_of(t, place, channel, v, size, floor, differences);
    int by_top = is_by_top(t, v, size, floor, place, channel, &c, &a, &b);
    rounding_leave(&scope);
    return (struct pool_choice){c.winner, by_top ? c.top : c.winner, c.rivals, c.excess, by_top};
}

void relaxation_pool(struct relaxation *t, const struct relaxed *v, size_t size, int floor,
                     const double *differences, double *out_low, double *out_high)
{
    struct rounding_scope scope;
    rounding_enter_downward(&scope);
    for (size_t place = 0; place < t->grid.height * t->grid.width; place++)
        for (size_t c = 0; c < t->grid.channels; c++)
            pool_output(t, v, size, floor, differences, place, c, out_low, out_high);
    rounding_leave(&scope);
}

void relaxation_sum(const double *low, const double *high, const uint32_t *from, double *out_low,
                    double *out_high, const uint32_t *to, size_t count, size_t divisor)
{
    struct rounding_scope scope;
    rounding_enter_downward(&scope);
    double d = (double)divisor;
    for (size_t i = 0; i < count; i++) {
        out_low[to[i]] += low[from[i]] / d;
        out_high[to[i]] = -(-out_high[to[i]] + -high[from[i]] / d);
    }
    rounding_leave(&scope);
}
