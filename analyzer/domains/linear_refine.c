/* linear_refine.c -- bounds between the layers by substitution. */
#include <math.h>

#include "deadline.h"
#include "linear_store.h"

/* Wishes of one window of one node, and what becomes of their bounds. */
struct batch {
    struct linear_work *work;
    int node;
    struct window window;
    size_t limit, rows;
    double *into[WALK_ROWS]; /* the end that a row may move */
};

static void batch_begin(struct batch *batch, struct linear_work *work, int node,
                        struct window window)
{
    *batch = (struct batch){.work = work, .node = node, .window = window};
    batch->limit = walk_begin(work, node, window, 0);
}

/* A lower bound of `sign` times a value moves its end inward, if it is better.  Is it? */
static int tighten(double *end, int sign, double lower)
{
    double better = sign > 0 ? lower : -lower;
    if (!(sign > 0 ? better > *end : better < *end))
        return 0;
    *end = better;
    return 1;
}

static void batch_run(struct batch *batch)
{
    struct linear_work *work = batch->work;
    if (!batch->rows)
        return;
    walk_run(work, &work->state, work->wishes, batch->rows, work->lower);
    for (size_t r = 0; r < batch->rows; r++)
        if (tighten(batch->into[r], work->wishes[r].sign, work->lower[r]) && work->claims)
            claims_moved(work, batch->node);
    batch->rows = 0;
}

/* A wish that the budget or the deadline does not allow is not fulfilled. */
static void batch_add(struct batch *batch, struct wish wish, double *into)
{
    if (batch->work->spent + batch->work->walk.cost > batch->work->allowed ||
        deadline_passed(batch->work->deadline)) {
        if (batch->work->claims)
            claims_left_out(batch->work, batch->node);
        return;
    }
    batch->work->spent += batch->work->walk.cost;
    batch->work->wishes[batch->rows] = wish;
    batch->into[batch->rows++] = into;
    if (batch->rows == batch->limit)
        batch_run(batch);
}

/* How many of a window's members may be its maximum, and whether this one may. */
static size_t rivals(const struct linear_work *work, int pool, size_t place, size_t channel,
                     int *is_one)
{
    const struct node *node = &work->linear->nodes[pool];
    const struct linear_state *state = &work->state;
    struct grid input = work->linear->nodes[node->from].grid;
    struct relaxed v = {input, state->low[node->from], state->high[node->from],
                        state->guess[node->from]};
    size_t size = node->layer.size, row = place / input.width, column = place % input.width;
    size_t window = row / size * node->grid.width + column / size, found = 0;
    size_t member = row % size * size + column % size;
    *is_one = 0;
    if (row / size >= node->grid.height || column / size >= node->grid.width)
        return 0;
    for (size_t i = 0; i < size * size; i++) {
        int candidate = pool_candidate(node->grid, window, channel, &v, size, i);
        found += (size_t)candidate;
        *is_one |= candidate && i == member;
    }
    return found;
}

/* Could tighter ends of this value help its reader?  A ReLU wants to know the sign, a
 * pooling window also which member is greatest. */
static int matters(const struct linear_work *work, int v, size_t place, size_t channel)
{
    const struct node *node = &work->linear->nodes[v];
    const struct node *reader = &work->linear->nodes[node->reader];
    size_t at = place * node->grid.stride + channel;
    double low = work->state.low[v][at], high = work->state.high[v][at];
    int open = low < 0 && high > 0;
    if (node->readers != 1 || reader->rule != RULE_POOL)
        return open;
    int is_one;
    size_t found = rivals(work, node->reader, place, channel, &is_one);
    if (!is_one || (reader->floor && high <= 0))
        return 0;
    return found > 1 || (reader->floor && open);
}

/* First the end that the guess says may settle the sign, then, where it did not, the
 * other one. */
static void refine_window(struct linear_work *work, int v, struct window window)
{
    const struct node *node = &work->linear->nodes[v];
    struct linear_state *state = &work->state;
    struct batch batch;
    batch_begin(&batch, work, v, window);
    for (int turn = 0; turn < 2; turn++) {
        for (size_t p = 0; p < window.height * window.width; p++)
            for (size_t c = 0; c < node->grid.channels; c++) {
                size_t place = (window.top + p / window.width) * node->grid.width +
                               window.left + p % window.width;
                size_t at = place * node->grid.stride + c;
                int sign = (state->guess[v][at] < 0) == turn ? 1 : -1;
                if (matters(work, v, place, c))
                    batch_add(&batch, (struct wish){p * node->grid.stride + c,
                                                    p * node->grid.stride + c, sign},
                              sign > 0 ? &state->low[v][at] : &state->high[v][at]);
            }
        batch_run(&batch);
    }
}

void linear_allow(struct linear_work *work, int v)
{
    double left = work->linear->budget - work->spent;
    work->allowed = work->spent + left / (work->linear->count - v);
}

/* Is it read by a ReLU or a pooling, and not known exactly already? */
static int worth_refining(const struct linear *linear, int v)
{
    const struct node *node = &linear->nodes[v];
    if (node->rule == RULE_POINT || (node->rule == RULE_DENSE && node->from == 0))
        return 0;
    for (int r = v + 1; r < linear->count; r++) {
        const struct node *reader = &linear->nodes[r];
        if ((reader->rule == RULE_RELU || reader->rule == RULE_POOL) && reader->from == v)
            return 1;
    }
    return 0;
}

void linear_refine(struct linear_work *work, int v)
{
    const struct node *node = &work->linear->nodes[v];
    if (!worth_refining(work->linear, v))
        return;
    for (size_t y = 0; y < node->grid.height; y++)
        for (size_t x = 0; x < node->grid.width; x++)
            refine_window(work, v, (struct window){y, x, 1, 1});
}

/* Rows v_w - v_i for the members of one window that may be the maximum; their lower
 * bounds bound v_i - v_w from above. */
static void window_differences(struct linear_work *work, int pool, size_t place)
{
    const struct node *node = &work->linear->nodes[pool];
    struct linear_state *state = &work->state;
    struct grid input = work->linear->nodes[node->from].grid;
    size_t size = node->layer.size;
    struct relaxed v = {input, state->low[node->from], state->high[node->from],
                        state->guess[node->from]};
    struct window window = {place / node->grid.width * size, place % node->grid.width * size,
                            size, size};
    struct batch batch;
    batch_begin(&batch, work, node->from, window);
    for (size_t c = 0; c < node->grid.channels; c++) {
        double *apart = state->differences[pool] +
                        (place * node->grid.stride + c) * size * size;
        size_t winner = pool_winner(node->grid, place, c, &v, size);
        for (size_t i = 0; i < size * size; i++) {
            apart[i] = INFINITY;
            if (i == winner || !pool_candidate(node->grid, place, c, &v, size, i))
                continue;
            double high = v.high[pool_place(node->grid, place, input, size, i) * input.stride + c];
            if (node->floor && high <= 0)
                continue;
            struct wish wish = {i * input.stride + c, winner * input.stride + c, -1};
            batch_add(&batch, wish, &apart[i]);
        }
    }
    batch_run(&batch);
}

void linear_differences(struct linear_work *work, int pool)
{
    const struct node *node = &work->linear->nodes[pool];
    for (size_t place = 0; place < node->grid.height * node->grid.width; place++)
        window_differences(work, pool, place);
}
