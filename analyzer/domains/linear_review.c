/* linear_review.c -- a second engine looks again at part of what a first one found.
 *
 * A whole proof in mpfr takes minutes.  So of every layer some neurons are chosen by
 * a hash of the sample, and margins, and each is substituted back once more, from
 * the first engine's bounds of the layers before and with its winners and slopes: a
 * step that is sound in itself, and wrong only if its arithmetic is. */
#include <math.h>

#include "analyzer/numbers/rounding.h"
#include "linear_store.h"
#include "specs/random.h"

/* Neurons and differences looked at in each layer. */
#define CHOSEN 2

/* Slopes are chosen by rounded formulas, each engine's own; what that may do to a sum. */
#define ROOM 0x1p-36

struct review {
    struct linear_work *first, *second;
    uint64_t seed, draws;
    size_t wrong;
};

static uint64_t next(struct review *review, uint64_t below)
{
    return random_u64(review->seed, RANDOM_CHOICE, review->draws++) % below;
}

/* The second engine's lower bound of a quantity: by substitution, and if that does not
 * reach `wanted`, from the layer before. */
static double row_of(struct review *review, int node, struct window window, struct wish wish,
                     double wanted)
{
    const struct linear_state *state = &review->first->state;
    double far, near;
    walk_begin(review->second, node, window, 0);
    walk_run(review->second, state, &wish, 1, &far);
    if (far >= wanted)
        return far;
    walk_begin(review->second, node, window, 1);
    walk_run(review->second, state, &wish, 1, &near);
    return near > far ? near : far;
}

/* One end of one neuron: does the second engine find as much? */
static void review_neuron(struct review *review, int v)
{
    const struct node *node = &review->first->linear->nodes[v];
    const struct linear_state *state = &review->first->state;
    size_t place = next(review, node->grid.height * node->grid.width);
    size_t channel = next(review, node->grid.channels), at = place * node->grid.stride + channel;
    int sign = next(review, 2) ? 1 : -1;
    double end = sign > 0 ? state->low[v][at] : -state->high[v][at];
    struct window window = {place / node->grid.width, place % node->grid.width, 1, 1};
    struct wish wish = {channel, channel, sign};
    double wanted = end - ROOM * (1 + fabs(state->low[v][at]) + fabs(state->high[v][at]));
    review->wrong += !(end == -INFINITY || row_of(review, v, window, wish, wanted) >= wanted);
}

/* A difference in one of a pooling's windows, if there is one. */
static void review_difference(struct review *review, int v)
{
    const struct node *node = &review->first->linear->nodes[v];
    const struct linear_state *state = &review->first->state;
    struct grid input = review->first->linear->nodes[node->from].grid;
    struct relaxed read = {.grid = input, .guess = state->guess[node->from]};
    size_t size = node->layer.size, place = next(review, node->grid.height * node->grid.width);
    size_t channel = next(review, node->grid.channels), i = next(review, size * size);
    size_t winner = pool_winner(node->grid, place, channel, &read, size);
    double apart =
        state->differences[v][(place * node->grid.stride + channel) * size * size + i];
    struct window window = {place / node->grid.width * size, place % node->grid.width * size,
                            size, size};
    /* In a window of the input grid, members stand one after another. */
    struct wish wish = {i * input.stride + channel, winner * input.stride + channel, -1};
    double wanted = -apart - ROOM * (1 + fabs(apart));
    if (i != winner && apart < INFINITY)
        review->wrong += !(row_of(review, node->from, window, wish, wanted) >= wanted);
}

static void review_layer(struct review *review, int v)
{
    const struct linear *linear = review->first->linear;
    const struct node *node = &linear->nodes[v];
    int compared = review->first->state.depth == LINEAR_FULL ||
                   (node->from >= 0 && linear->nodes[node->from].rule == RULE_POINT);
    for (int i = 0; i < CHOSEN; i++) {
        if (node->intervals || node->rule == RULE_ADD)
            review_neuron(review, v);
        if (node->rule == RULE_POOL && compared)
            review_difference(review, v);
    }
}

/* The least margin, and another one. */
static void review_margins(struct review *review, int label, struct margins *by_second)
{
    const struct linear *linear = review->second->linear;
    int last = linear->count - 1;
    size_t classes = linear->network->class_count, least = label == 0;
    for (size_t j = 0; j < classes; j++)
        if (j != (size_t)label && by_second->lower[j] < by_second->lower[least])
            least = j;
    const size_t chosen[2] = {least, (least + 1 + next(review, classes - 1)) % classes};
    for (int i = 0; i < 2; i++) {
        size_t j = chosen[i];
        struct wish wish = {(size_t)label, j, 1};
        struct margins intervals;
        if (j == (size_t)label)
            continue;
        double lower = row_of(review, last, grid_window(linear->nodes[last].grid), wish, -INFINITY);
        linear_readout(review->second, &review->first->state, label, &intervals);
        lower = fmax(lower, intervals.lower[j]);
        double room = ROOM * (1 + intervals.scale[j]);
        int agrees = lower >= by_second->lower[j] - room && (lower > 0 || !(by_second->lower[j] > 0));
        review->wrong += !agrees;
        if (!agrees || lower > by_second->lower[j])
            by_second->lower[j] = lower;
    }
}

static uint64_t hash_of(const float *input, size_t count)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    const unsigned char *bytes = (const unsigned char *)input;
    for (size_t i = 0; i < count * sizeof *input; i++)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

int linear_review(struct linear_work *first, struct linear_work *second, const float *input,
                  int label, const struct margins *by_first, struct margins *by_second)
{
    const struct linear *linear = first->linear;
    struct rounding_scope scope;
    struct review review = {.first = first, .second = second,
                            .seed = hash_of(input, linear->network->input_count)};
    rounding_enter_nearest(&scope);
    *by_second = *by_first;
    for (int v = 1; v + 1 < linear->count; v++)
        review_layer(&review, v);
    if (linear->network->class_count > 1)
        review_margins(&review, label, by_second);
    rounding_leave(&scope);
    return review.wrong ? -1 : 0;
}
