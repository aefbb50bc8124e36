/* linear_claims.c -- see linear_claims.h. */
#include "linear_claims.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/numbers/rounding.h"
#include "deadline.h"
#include "linear_store.h"

#define SLACK 0x1p-6    /* of a unit, for those who round otherwise */
#define CLOSE 0x1p-30   /* of a width */
#define MOST_UNITS 0x1p50
#define MOST_EXPONENT 900

struct claims {
    FILE *text;
    struct claims_form form;
    int broken; /* something cannot be written */
    struct node_claims {
        int moved, left_out; /* bounds are not all intervals; were not all looked for */
    } *nodes;
};

/* A unit of 2^-exponent for numbers about `width` wide and at most `most` great. */
static int exponent_for(const struct claims *claims, double width, double most)
{
    int exponent = 0, limit = 0;
    if (width > 0)
        exponent = claims->form.bits - ilogb(width);
    if (most > 0)
        limit = ilogb(MOST_UNITS) - 1 - ilogb(most);
    exponent = exponent < limit ? exponent : limit;
    return exponent < 0 ? 0 : exponent < MOST_EXPONENT ? exponent : MOST_EXPONENT;
}

/* The exponent for bounds of what a window reads. */
static int bounds_exponent(const struct linear_work *work, const struct reading *r)
{
    const double *low = work->state.low[r->node], *high = work->state.high[r->node];
    size_t places = r->rows * r->columns;
    double width = 0, most = 0;
    for (size_t i = 0; i < places * r->grid.channels; i++) {
        size_t at = reading_at(r, i / r->grid.channels, i % r->grid.channels);
        width += high[at] - low[at];
        most = fmax(most, fmax(fabs(low[at]), fabs(high[at])));
    }
    if (!isfinite(width))
        work->claims->broken = 1;
    return isfinite(width) ? exponent_for(work->claims, width / (double)(places * r->grid.channels),
                                          most)
                           : 0;
}

static void put_bounds(struct claims *claims, double unit, double *low, double *high)
{
    double from = floor(*low / unit - SLACK), to = ceil(*high / unit + SLACK);
    if (!(fabs(from) < MOST_UNITS && fabs(to) < MOST_UNITS)) {
        claims->broken = 1;
        return;
    }
    fprintf(claims->text, " %.0f+%.0f", from + 0.0, to - from);
    *low = from * unit;
    *high = to * unit;
}

/* Lines follow a value if u > -l: is that a matter of rounding for one of them? */
static int has_close_call(const struct linear_work *work, const struct reading *r)
{
    for (size_t i = 0; i < r->rows * r->columns * r->grid.channels; i++) {
        size_t at = reading_at(r, i / r->grid.channels, i % r->grid.channels);
        double low = work->state.low[r->node][at], high = work->state.high[r->node][at];
        if (low < 0 && high > 0 && fabs(low + high) <= CLOSE * (high - low))
            return 1;
    }
    return 0;
}

void claims_values(struct linear_work *work, int window)
{
    struct claims *claims = work->claims;
    const struct reading r = linear_reading(work->linear, window);
    int close = has_close_call(work, &r), pools = work->linear->nodes[window].rule == RULE_POOL;
    if (linear_is_first(work->linear, r.node) || !(claims->nodes[r.node].moved || pools || close))
        return; /* the reader has these bounds */
    if (!claims->form.bounds) {
        fprintf(claims->text, " found %d\n", r.layer);
        claims->broken |= close || claims->nodes[r.node].left_out;
        return;
    }
    int exponent = bounds_exponent(work, &r);
    fprintf(claims->text, " bounds %d %d\n", r.layer, exponent);
    for (size_t p = 0; p < r.rows * r.columns; p++) {
        for (size_t c = 0; c < r.grid.channels; c++) {
            size_t at = reading_at(&r, p, c);
            put_bounds(claims, ldexp(1, -exponent), &work->state.low[r.node][at],
                       &work->state.high[r.node][at]);
        }
        fputc('\n', claims->text);
    }
}

void claims_moved(struct linear_work *work, int node)
{
    work->claims->nodes[node].moved = 1;
}

/* Readers who look for every bound would choose other lines than those that follow from a
 * looser one. */
void claims_left_out(struct linear_work *work, int node)
{
    work->claims->nodes[node].left_out = 1;
}

void claims_differences(struct linear_work *work, int pool)
{
    const struct node *node = &work->linear->nodes[pool];
    const struct reading r = linear_reading(work->linear, pool);
    size_t count = grid_count(node->grid) * r.size * r.size;
    double near = ldexp(SLACK, -bounds_exponent(work, &r));
    for (size_t i = 0; i < count && !linear_is_first(work->linear, r.node); i++) {
        double *apart = &work->state.differences[pool][i];
        if (*apart > -near && *apart <= 0)
            *apart = near;
    }
}

static void put_choice(FILE *text, const struct pool_choice *choice, size_t members, double excess)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    uint64_t rest = choice->rivals & ~((uint64_t)1 << choice->top);
    fprintf(text, " %c", digits[choice->winner]);
    if (!choice->by_top && excess > 0)
        fprintf(text, "+%.0f", excess);
    if (!choice->by_top || !rest)
        return;
    fprintf(text, ":%c", digits[choice->top]);
    for (size_t i = 0; i < members; i++)
        if (rest >> i & 1)
            fputc(digits[i], text);
}

/* The line of a window that is named by the excess over the winner, for another excess. */
static void set_excess(struct relaxation *t, size_t at, double excess, double least)
{
    t->at_low[at] = -(-fmax(t->low[at], least) - excess);
    t->at_high[at] = -(-fmax(t->high[at], least) - excess);
}

static void claim_window(struct linear_work *work, int pool, const struct relaxed *v,
                         const double *differences, double unit, size_t place, size_t channel)
{
    const struct node *node = &work->linear->nodes[pool];
    struct relaxation *table = work->state.table[pool];
    size_t size = node->layer.size, at = place * node->grid.stride + channel;
    struct pool_choice choice =
        relaxation_choice(table, v, size, node->floor, differences, place, channel);
    double least = node->floor ? 0 : -INFINITY, most = least;
    double excess = choice.excess > 0 ? ceil(choice.excess / unit + SLACK) : 0;
    if (!(excess < MOST_UNITS))
        work->claims->broken = 1;
    put_choice(work->claims->text, &choice, size * size, excess);
    if (!choice.by_top)
        set_excess(table, at, excess * unit, least);
    for (size_t i = 0; i < size * size; i++)
        most = fmax(most, v->high[pool_place(node->grid, place, v->grid, size, i) * v->grid.stride +
                                  channel]);
    work->state.high[pool][at] = fmin(table->at_high[at], most);
}

void claims_windows(struct linear_work *work, int pool, const double *differences)
{
    const struct node *node = &work->linear->nodes[pool];
    const struct reading r = linear_reading(work->linear, pool);
    struct relaxed v = {work->linear->nodes[node->from].grid, work->state.low[node->from],
                        work->state.high[node->from], work->state.guess[node->from]};
    int exponent = bounds_exponent(work, &r);
    struct rounding_scope scope;
    if (r.layer < 0) /* the input's values are known */
        return;
    rounding_enter_downward(&scope);
    fprintf(work->claims->text, " windows %d %d\n", r.layer, exponent);
    for (size_t place = 0; place < node->grid.height * node->grid.width; place++) {
        for (size_t c = 0; c < node->grid.channels; c++)
            claim_window(work, pool, &v, differences, ldexp(1, -exponent), place, c);
        fputc('\n', work->claims->text);
    }
    rounding_leave(&scope);
}

static void put_margins(struct linear_work *work, int label, const struct margins *margins)
{
    struct claims *claims = work->claims;
    size_t classes = work->linear->network->class_count;
    double least = INFINITY, most = 0;
    for (size_t j = 0; j < classes; j++)
        if (j != (size_t)label) {
            least = fmin(least, margins->lower[j]);
            most = fmax(most, margins->lower[j]);
        }
    if (!(least > 0 && most < INFINITY)) {
        claims->broken = 1;
        return;
    }
    int exponent = exponent_for(claims, least, most);
    fprintf(claims->text, " margins %d %d\n", work->linear->count - 2, exponent);
    for (size_t j = 0; j < classes; j++) {
        double units = floor(ldexp(margins->lower[j], exponent) - SLACK);
        if (j == (size_t)label)
            continue;
        claims->broken |= !(units >= 1 && units < MOST_UNITS);
        fprintf(claims->text, " %.0f", units);
    }
    fputc('\n', claims->text);
}

char *linear_claims(const struct linear *linear, struct linear_work *work, const float *input,
                    int label, enum linear_depth depth, const struct claims_form *form)
{
    struct claims claims = {.form = *form};
    struct margins margins;
    char *text = NULL;
    size_t length;
    claims.text = open_memstream(&text, &length);
    claims.nodes = fault_alloc((size_t)linear->count, sizeof *claims.nodes);
    require(claims.text);
    work->claims = &claims;
    linear_set_deadline(work, deadline_in(0));
    linear_bound(linear, work, input, label, depth, 0, &margins, NULL);
    put_margins(work, label, &margins);
    work->claims = NULL;
    require(!fclose(claims.text));
    free(claims.nodes);
    if (claims.broken) {
        free(text);
        text = NULL;
    }
    return text;
}
