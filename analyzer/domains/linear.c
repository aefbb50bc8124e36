/* linear.c -- see linear.h: from the input to the margins, layer by layer. */
#include "linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/numbers/rounding.h"
#include "deadline.h"
#include "linear_store.h"

static int has_weights(const struct node *node)
{
    return node->rule == RULE_DENSE || node->rule == RULE_CONV || node->rule == RULE_POINT;
}

static void prepare_weights(struct linear *linear, const struct box *box)
{
    const struct network *n = linear->network;
    const struct engine *e = linear->engine;
    for (int v = 1; v < linear->count; v++) {
        struct node *node = &linear->nodes[v];
        if (!has_weights(node))
            continue;
        node->weights = e->forms->weights_new(e, n, &node->layer, box);
        if (v != linear->count - 1) {
            node->intervals = e->layer_new(e, n, &node->layer, box);
            continue;
        }
        const struct layer *last = &node->layer;
        const float *bias = last->bias < 0 ? NULL : n->theta + n->tensors[last->bias].offset;
        linear->readout = e->readout_new(e, n->theta + n->tensors[last->weight].offset, bias,
                                         shape_count(last->out), shape_count(last->in), 0, 1,
                                         box);
    }
}

struct linear *linear_prepare(const struct engine *engine, const struct network *network,
                          const struct box *box, struct fault *fault)
{
    struct linear *linear = fault_alloc(1, sizeof *linear);
    linear->engine = engine;
    linear->network = network;
    linear->budget = LINEAR_BUDGET;
    if (linear_graph(linear, fault)) {
        free(linear);
        return NULL;
    }
    prepare_weights(linear, box);
    return linear;
}

void linear_release(struct linear *linear)
{
    if (!linear)
        return;
    for (int v = 0; v < linear->count; v++) {
        linear->engine->forms->weights_free(linear->nodes[v].weights);
        linear->engine->weights_free(linear->nodes[v].intervals);
    }
    linear->engine->weights_free(linear->readout);
    free(linear);
}

void linear_set_deadline(struct linear_work *work, double deadline)
{
    work->deadline = deadline;
}

int linear_late(const struct linear_work *work)
{
    return deadline_passed(work->deadline);
}

void linear_set_budget(struct linear *linear, double multiply_adds)
{
    linear->budget = multiply_adds;
}

static void state_new(const struct linear *linear, struct linear_state *state)
{
    for (int v = 0; v < linear->count; v++) {
        const struct node *node = &linear->nodes[v];
        size_t count = grid_count(node->grid), window = node->layer.size * node->layer.size;
        if (node->rule == RULE_NONE)
            continue;
        state->low[v] = fault_alloc_aligned(3 * count, sizeof(double));
        state->high[v] = state->low[v] + count;
        state->guess[v] = state->high[v] + count;
        if (node->rule == RULE_RELU || node->rule == RULE_POOL)
            state->table[v] = relaxation_new(node->grid, node->rule == RULE_POOL);
        if (node->rule == RULE_POOL)
            state->differences[v] = fault_alloc(count * window, sizeof(double));
        if (node->rule == RULE_POINT)
            state->patches[v] = fault_alloc_aligned(
                node->grid.height * node->grid.width * patch_stride(&node->layer),
                sizeof(double));
    }
}

static void state_free(struct linear_state *state)
{
    for (int v = 0; v < LINEAR_NODES; v++) {
        free(state->low[v]);
        relaxation_free(state->table[v]);
        free(state->differences[v]);
        free(state->patches[v]);
    }
}

struct linear_work *linear_work_new(const struct linear *linear)
{
    const struct engine *e = linear->engine;
    struct linear_work *work = fault_alloc(1, sizeof *work);
    work->linear = linear;
    state_new(linear, &work->state);
    for (int v = 0; v < linear->count; v++)
        work->walk.forms[v] = e->forms->forms_new(e);
    work->walk.constants = e->forms->forms_new(e);
    work->aside = e->forms->forms_new(e);
    work->x = e->intervals_new(e, linear->widest);
    work->y = e->intervals_new(e, linear->widest);
    work->planes[0] = fault_alloc_aligned(2 * linear->widest, sizeof(double));
    work->planes[1] = work->planes[0] + linear->widest;
    work->from_at = fault_alloc(2 * linear->widest, sizeof *work->from_at);
    work->to_at = work->from_at + linear->widest;
    return work;
}

void linear_work_free(struct linear_work *work)
{
    if (!work)
        return;
    const struct engine *e = work->linear->engine;
    state_free(&work->state);
    for (int v = 0; v < work->linear->count; v++)
        e->forms->forms_free(work->walk.forms[v]);
    e->forms->forms_free(work->walk.constants);
    e->forms->forms_free(work->aside);
    e->intervals_free(work->x);
    e->intervals_free(work->y);
    free(work->planes[0]);
    free(work->from_at);
    free(work);
}

void linear_to_planes(struct grid grid, const double *values, double *planes)
{
    size_t plane = grid.height * grid.width;
    for (size_t p = 0; p < plane; p++)
        for (size_t c = 0; c < grid.channels; c++)
            planes[c * plane + p] = values[p * grid.stride + c];
}

void linear_from_planes(struct grid grid, const double *planes, double *values)
{
    size_t plane = grid.height * grid.width;
    for (size_t p = 0; p < plane; p++)
        for (size_t c = 0; c < grid.channels; c++)
            values[p * grid.stride + c] = planes[c * plane + p];
}

/* The engine's intervals of a node's bounds. */
static void give_intervals(struct linear_work *work, const struct linear_state *state, int v)
{
    struct grid grid = work->linear->nodes[v].grid;
    size_t count = grid.height * grid.width * grid.channels;
    linear_to_planes(grid, state->low[v], work->planes[0]);
    linear_to_planes(grid, state->high[v], work->planes[1]);
    work->linear->engine->set_ends(work->x, work->planes[0], work->planes[1], count);
}

/* Interval propagation through one layer of weights. */
static void bound_layer(struct linear_work *work, int v)
{
    const struct engine *e = work->linear->engine;
    const struct node *node = &work->linear->nodes[v];
    size_t count = node->grid.height * node->grid.width * node->grid.channels;
    give_intervals(work, &work->state, node->from);
    e->layer(node->intervals, work->x, work->y, 1);
    e->get_ends(work->y, 0, count, work->planes[0], work->planes[1]);
    linear_from_planes(node->grid, work->planes[0], work->state.low[v]);
    linear_from_planes(node->grid, work->planes[1], work->state.high[v]);
}

/* What every place of the output meets of the input, then 1 for the bias. */
static void fill_patches(const struct linear *linear, struct linear_state *state, int v)
{
    const struct node *node = &linear->nodes[v];
    const struct layer *l = &node->layer;
    struct grid input = linear->nodes[0].grid;
    for (size_t place = 0; place < node->grid.height * node->grid.width; place++) {
        double *patch = state->patches[v] + place * patch_stride(l);
        for (size_t k = 0; k < patch_depth(l); k++) {
            size_t kernel = k / l->in.channels, channel = k % l->in.channels;
            size_t row = place / node->grid.width * l->stride + kernel / l->kernel_width - l->top;
            size_t column =
                place % node->grid.width * l->stride + kernel % l->kernel_width - l->left;
            int inside = row < input.height && column < input.width;
            patch[k] = inside ? state->low[0][(row * input.width + column) * input.stride +
                                              channel]
                              : 0;
        }
        patch[patch_depth(l)] = 1;
    }
}

static void bound_relaxed(struct linear_work *work, int v, enum linear_depth depth)
{
    const struct node *node = &work->linear->nodes[v];
    const struct node *source = &work->linear->nodes[node->from];
    struct linear_state *s = &work->state;
    struct relaxed read = {source->grid, s->low[node->from], s->high[node->from],
                           s->guess[node->from]};
    if (work->claims)
        claims_values(work, v);
    if (node->rule == RULE_RELU) {
        relaxation_relu(s->table[v], &read, s->low[v], s->high[v]);
        return;
    }
    int differences = depth == LINEAR_FULL || source->rule == RULE_POINT;
    if (differences)
        linear_differences(work, v);
    if (differences && work->claims)
        claims_differences(work, v);
    relaxation_pool(s->table[v], &read, node->layer.size, node->floor,
                    differences ? s->differences[v] : NULL, s->low[v], s->high[v]);
    if (work->claims && node->layer.size > 1)
        claims_windows(work, v, differences ? s->differences[v] : NULL);
}

static void bound_sum(struct linear_work *work, int v)
{
    const struct node *node = &work->linear->nodes[v];
    struct linear_state *s = &work->state;
    const int sources[2] = {node->from, node->with};
    size_t count = grid_count(node->grid);
    memset(s->low[v], 0, 2 * count * sizeof(double));
    for (int i = 0; i < 2 && sources[i] >= 0; i++) {
        struct grid input = work->linear->nodes[sources[i]].grid;
        size_t listed = carry_list(node, input, grid_window(node->grid), grid_window(input),
                                   work->from_at, work->to_at);
        relaxation_sum(s->low[sources[i]], s->high[sources[i]], work->to_at, s->low[v],
                       s->high[v], work->from_at, listed, carry_divisor(node));
    }
}

static void show(struct linear_work *work, int v, const struct observer *observer)
{
    const struct node *node = &work->linear->nodes[v];
    if (!observer || (!has_weights(node) && node->rule != RULE_ADD))
        return;
    linear_to_planes(node->grid, work->state.low[v], work->planes[0]);
    linear_to_planes(node->grid, work->state.high[v], work->planes[1]);
    struct sighting sighting = {
        .quantity = QUANTITY_PREACTIVATION, .layer = (size_t)v - 1,
        .count = node->grid.height * node->grid.width * node->grid.channels,
        .lower = work->planes[0], .upper = work->planes[1],
    };
    observer->see(observer->context, &sighting);
}

static void bound_node(struct linear_work *work, int v, enum linear_depth depth)
{
    const struct node *node = &work->linear->nodes[v];
    linear_allow(work, v);
    switch (node->rule) {
    case RULE_NONE:
    case RULE_INPUT: return;
    case RULE_POINT: fill_patches(work->linear, &work->state, v); /* fall through */
    case RULE_DENSE:
    case RULE_CONV: bound_layer(work, v); break;
    case RULE_RELU:
    case RULE_POOL: bound_relaxed(work, v, depth); break;
    case RULE_CARRY:
    case RULE_ADD: bound_sum(work, v); break;
    }
    if (depth == LINEAR_FULL)
        linear_refine(work, v);
}

static void begin(struct linear_work *work, const float *input)
{
    struct grid grid = work->linear->nodes[0].grid;
    struct linear_state *s = &work->state;
    size_t plane = grid.height * grid.width;
    for (size_t p = 0; p < plane; p++)
        for (size_t c = 0; c < grid.channels; c++)
            s->low[0][p * grid.stride + c] = input[c * plane + p];
    memcpy(s->high[0], s->low[0], grid_count(grid) * sizeof(double));
    memcpy(s->guess[0], s->low[0], grid_count(grid) * sizeof(double));
    linear_guess(work->linear, work);
}

void linear_readout(struct linear_work *work, const struct linear_state *state, int label,
                    struct margins *result)
{
    const struct linear *linear = work->linear;
    give_intervals(work, state, linear->nodes[linear->count - 1].from);
    linear->engine->readout(linear->readout, work->x, 0, label, result);
}

/* Substituted bounds of every margin, and of every logit if asked, where better. */
static void bound_margins(struct linear_work *work, int label, int logits,
                          struct margins *result)
{
    int last = work->linear->count - 1;
    size_t classes = work->linear->network->class_count, rows = 0;
    size_t limit = walk_begin(work, last, grid_window(work->linear->nodes[last].grid), 0);
    struct wish wishes[3 * MARGINS_CLASSES];
    double lower[3 * MARGINS_CLASSES];
    for (size_t j = 0; j < classes; j++)
        wishes[rows++] = (struct wish){(size_t)label, j, 1};
    for (size_t j = 0; logits && j < 2 * classes; j++)
        wishes[rows++] = (struct wish){j % classes, j % classes, j < classes ? 1 : -1};
    for (size_t first = 0; first < rows; first += limit)
        walk_run(work, &work->state, wishes + first, rows - first < limit ? rows - first : limit,
                 lower + first);
    for (size_t j = 0; j < classes; j++) {
        if (j != (size_t)label && lower[j] > result->lower[j])
            result->lower[j] = lower[j];
        if (logits && lower[classes + j] > result->logit_lower[j])
            result->logit_lower[j] = lower[classes + j];
        if (logits && -lower[2 * classes + j] < result->logit_upper[j])
            result->logit_upper[j] = -lower[2 * classes + j];
    }
}

void linear_bound(const struct linear *linear, struct linear_work *work, const float *input,
                  int label, enum linear_depth depth, int logits, struct margins *result,
                  const struct observer *observer)
{
    int last = linear->count - 1;
    struct rounding_scope scope;
    require(work->linear == linear);
    rounding_enter_nearest(&scope); /* comparisons must see subnormal numbers */
    begin(work, input);
    work->state.depth = depth;
    work->spent = 0;
    for (int v = 1; v < last; v++) {
        bound_node(work, v, depth);
        show(work, v, observer);
    }
    linear_readout(work, &work->state, label, result);
    bound_margins(work, label, logits, result);
    rounding_leave(&scope);
}
