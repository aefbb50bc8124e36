/* linear_rival.c -- see linear_rival.h. */
#include "linear_rival.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "specs/random.h"

#define ROUNDS 16
#define LEAST_GAIN 0.03 /* of what is missing, for another round */
#define EXPONENTS 200   /* of multipliers, at most, both ways */

/* Ends of a layer that the second engine looks at again after a round, and what rounded
 * slopes may do to a sum (linear_review.c). */
#define CHOSEN 2
#define ROOM 0x1p-36

/* The hidden layers at the network's end. */
static void find_layers(struct rival *rival)
{
    const struct linear *linear = rival->work->linear;
    int v = linear->count - 1;
    while (rival->layer_count < RIVAL_LAYERS) {
        int relu = linear->nodes[v].from;
        int dense = relu > 0 && linear->nodes[relu].rule == RULE_RELU ? linear->nodes[relu].from : 0;
        if (dense <= 0 || linear->nodes[dense].rule != RULE_DENSE)
            return;
        struct rival_layer *layer = &rival->layers[rival->layer_count++];
        layer->dense = v = dense;
        layer->relu = relu;
        layer->count = linear->nodes[dense].grid.channels;
        layer->found = fault_alloc(2 * layer->count, sizeof *layer->found);
        layer->exponent = fault_alloc(2 * layer->count, sizeof *layer->exponent);
        layer->alpha = fault_alloc(layer->count, sizeof *layer->alpha);
        for (size_t i = 0; i < 2 * layer->count; i++)
            layer->exponent[i] = RIVAL_NEW;
    }
}

void rival_open(struct rival *rival, struct linear_work *work, struct linear_work *second,
                int label)
{
    *rival = (struct rival){.work = work, .second = second, .label = (size_t)label};
    memcpy(&rival->seed, &work->state.guess[work->linear->count - 1][label], sizeof rival->seed);
    rival->terms = fault_alloc(WALK_ROWS * RIVAL_TERMS, sizeof *rival->terms);
    find_layers(rival);
}

void rival_close(struct rival *rival)
{
    for (int t = 0; t < rival->layer_count; t++) {
        free(rival->layers[t].found);
        free(rival->layers[t].exponent);
        free(rival->layers[t].alpha);
    }
    free(rival->terms);
}

/* A batch of rows, and which ends they bound. */
struct batch {
    struct rival *rival;
    struct rival_layer *layer;
    size_t limit, rows, terms;
    size_t end[WALK_ROWS]; /* 2 place + (of the negative) */
    int exponent[WALK_ROWS];
    struct term *term;
    double lower[WALK_ROWS];
};

static void add_term(struct batch *b, int node, size_t at, double coefficient)
{
    b->term[b->terms++] = (struct term){b->rows, at, node, coefficient};
}

/* scale (margin - sum of multiplier sign value), which is at most scale times the threshold. */
static void add_supposition(struct batch *b, double scale)
{
    const struct rival *rival = b->rival;
    int last = rival->work->linear->count - 1;
    add_term(b, last, rival->label, scale);
    add_term(b, last, rival->other, -scale);
    for (size_t i = 0; i < rival->split_count; i++)
        if (rival->splits[i].multiplier > 0)
            add_term(b, rival->layers[0].dense, rival->splits[i].at,
                     -scale * rival->splits[i].multiplier * rival->splits[i].sign);
}

static size_t begin(struct linear_work *work)
{
    int last = work->linear->count - 1;
    return walk_begin(work, last, grid_window(work->linear->nodes[last].grid), 0);
}

/* What a row says of its end: the supposition's share is at most the threshold's. */
static double end_of(const struct batch *b, size_t row, double lower)
{
    return nextafter(lower - ldexp(b->rival->threshold, b->exponent[row]), -INFINITY);
}

static void run(struct batch *b)
{
    struct linear_work *work = b->rival->work;
    if (!b->rows)
        return;
    walk_run_terms(work, &work->state, b->term, b->terms, b->rows, b->lower);
    for (size_t r = 0; r < b->rows; r++) {
        double lower = end_of(b, r, b->lower[r]);
        if (!(lower > b->layer->found[b->end[r]]) || !isfinite(lower))
            continue;
        b->layer->found[b->end[r]] = lower;
        b->layer->exponent[b->end[r]] = b->exponent[r];
    }
    b->rows = b->terms = 0;
}

static void put_row(struct batch *b, size_t end, int exponent)
{
    b->end[b->rows] = end;
    b->exponent[b->rows] = exponent;
    add_supposition(b, ldexp(1, exponent));
    add_term(b, b->layer->dense, end / 2, end % 2 ? -1 : 1);
    b->rows++;
}

static void add_row(struct batch *b, size_t end, int exponent)
{
    if (exponent < -EXPONENTS || exponent > EXPONENTS)
        return;
    put_row(b, end, exponent);
    if (b->rows == b->limit)
        run(b);
}

/* Nominally the margin is so much above its bound. */
static double range_of(const struct rival *rival)
{
    int last = rival->work->linear->count - 1;
    const double *logits = rival->work->state.guess[last];
    return logits[rival->label] - logits[rival->other] - rival->bound;
}

/* Multipliers worth trying for an end: those near the last round's, at first those that
 * weigh the margin like the value. */
static void add_rows(struct batch *b, size_t end, double width)
{
    int known = b->layer->exponent[end];
    double range = range_of(b->rival);
    if (known == RIVAL_NEW && !(range > 0 && range < INFINITY && width < INFINITY))
        return;
    int first = known == RIVAL_NEW ? ilogb(width / range) - 3 : known - 1;
    int last = known == RIVAL_NEW ? first + 5 : known + 1;
    for (int e = first; e <= last; e++)
        add_row(b, end, e);
}

static double end_before(const struct rival *rival, const struct rival_layer *layer, size_t end)
{
    const struct linear_state *s = &rival->work->state;
    return end % 2 ? -s->high[layer->dense][end / 2] : s->low[layer->dense][end / 2];
}

/* Does the second engine find an end, or more than `least`? */
static int seen_again(struct rival *rival, struct rival_layer *layer, size_t end, double least)
{
    struct term term[RIVAL_TERMS];
    struct batch b = {.rival = rival, .layer = layer, .term = term};
    double lower;
    begin(rival->second);
    put_row(&b, end, layer->exponent[end]);
    walk_run_terms(rival->second, &rival->work->state, b.term, b.terms, 1, &lower);
    return end_of(&b, 0, lower) > least;
}

/* Some of the ends that moved this round, before they do. */
static void look_again(struct rival *rival, struct rival_layer *layer)
{
    for (int i = 0; rival->second && i < CHOSEN; i++) {
        size_t end = random_u64(rival->seed, RANDOM_CHOICE, rival->draws++) % (2 * layer->count);
        double found = layer->found[end];
        double size = fabs(found) + fabs(rival->threshold) + fabs(range_of(rival));
        if (found > end_before(rival, layer, end))
            rival->wrong += !seen_again(rival, layer, end,
                                        found - ROOM * (1 + size + ldexp(size, layer->exponent[end])));
    }
}

/* Slopes chosen before are kept where they still matter. */
void rival_relax(struct rival *rival, const struct rival_layer *layer)
{
    struct linear_state *s = &rival->work->state;
    struct relaxed read = {rival->work->linear->nodes[layer->dense].grid, s->low[layer->dense],
                           s->high[layer->dense], s->guess[layer->dense]};
    double *alpha = s->table[layer->relu]->alpha;
    memcpy(layer->alpha, alpha, layer->count * sizeof *alpha);
    relaxation_relu(s->table[layer->relu], &read, s->low[layer->relu], s->high[layer->relu]);
    for (size_t i = 0; i < layer->count; i++)
        if (read.low[i] < 0 && read.high[i] > 0)
            alpha[i] = layer->alpha[i];
}

/* The round's ends into the state.  Returns whether a value's ends have passed each other. */
static int move_ends(struct rival *rival, struct rival_layer *layer)
{
    struct linear_state *s = &rival->work->state;
    for (size_t i = 0; i < layer->count; i++) {
        double low = layer->found[2 * i], high = -layer->found[2 * i + 1];
        if (low > high) {
            size_t end = 2 * i + (low == s->low[layer->dense][i]);
            rival->wrong += rival->second && !seen_again(rival, layer, end, -layer->found[end ^ 1]);
            return 1;
        }
        s->low[layer->dense][i] = low;
        s->high[layer->dense][i] = high;
    }
    rival_relax(rival, layer);
    return 0;
}

static int tighten_layer(struct rival *rival, struct rival_layer *layer)
{
    struct batch b = {.rival = rival, .layer = layer, .term = rival->terms,
                      .limit = begin(rival->work)};
    for (size_t end = 0; end < 2 * layer->count; end++)
        layer->found[end] = end_before(rival, layer, end);
    for (size_t end = 0; end < 2 * layer->count; end++) {
        double low = end_before(rival, layer, end & ~(size_t)1);
        double high = -end_before(rival, layer, end | 1);
        if (low < 0 && high > 0)
            add_rows(&b, end, high - low);
    }
    run(&b);
    look_again(rival, layer);
    return move_ends(rival, layer);
}

static double margin_by(struct rival *rival, struct linear_work *work)
{
    struct term term[RIVAL_TERMS];
    struct batch b = {.rival = rival, .term = term};
    double lower;
    begin(work);
    add_supposition(&b, 1);
    walk_run_terms(work, &rival->work->state, b.term, b.terms, 1, &lower);
    return lower;
}

double rival_margin(struct rival *rival)
{
    double lower = margin_by(rival, rival->work);
    if (lower > rival->bound)
        rival->bound = lower;
    return lower;
}

/* Is the margin above the threshold after all?  The second engine is asked too. */
static int is_closed(struct rival *rival)
{
    double margin = rival_margin(rival);
    if (!(margin > rival->threshold) || !isfinite(margin))
        return 0;
    if (rival->second)
        rival->wrong += !(margin_by(rival, rival->second) > rival->threshold);
    return 1;
}

static int tighten_layers(struct rival *rival)
{
    for (int t = rival->layer_count - 1; t >= 0; t--)
        if (tighten_layer(rival, &rival->layers[t]))
            return 1;
    rival_multipliers(rival);
    return is_closed(rival);
}

int rival_tighten(struct rival *rival)
{
    for (int round = 0; round < ROUNDS; round++) {
        double before = rival->bound;
        if (tighten_layers(rival))
            return 1;
        if (rival->bound - before > LEAST_GAIN * -rival->bound)
            continue;
        rival_slopes(rival);
        if (is_closed(rival))
            return 1;
        if (!(rival->bound - before > LEAST_GAIN * -rival->bound) ||
            deadline_passed(rival->work->deadline))
            return 0;
    }
    return 0;
}
