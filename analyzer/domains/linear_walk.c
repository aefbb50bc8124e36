/* linear_walk.c -- from quantities back to the input, a batch of rows at a time.
 *
 * All rows of a batch begin in one window of one node.  First every node's window
 * is found that the rows can depend on, then coefficients go from node to node
 * against the order of the layers; where several layers read a node, their
 * coefficients meet there before it is taken apart. */
#include "linear_store.h"

#include <string.h>

/* Coefficients of a batch, all nodes together. */
#define WALK_VALUES ((size_t)1 << 20)

static struct window join(struct window a, struct window b)
{
    size_t top = a.top < b.top ? a.top : b.top, left = a.left < b.left ? a.left : b.left;
    size_t bottom = a.top + a.height > b.top + b.height ? a.top + a.height : b.top + b.height;
    size_t right = a.left + a.width > b.left + b.width ? a.left + a.width : b.left + b.width;
    return (struct window){top, left, bottom - top, right - left};
}

/* One side of the part of a convolution's input that outputs [first, first + count) meet. */
static void conv_side(size_t first, size_t count, size_t stride, size_t kernel, size_t padding,
                      size_t side, size_t *from, size_t *length)
{
    size_t begin = first * stride, end = (first + count - 1) * stride + kernel;
    begin = begin > padding ? begin - padding : 0;
    end = end > padding ? end - padding : 0;
    end = end < side ? end : side;
    begin = begin < side ? begin : side - 1;
    *from = begin;
    *length = end > begin ? end - begin : 1; /* all padding: any place will do */
}

static struct window conv_window(const struct layer *l, struct window out)
{
    struct window in;
    conv_side(out.top, out.height, l->stride, l->kernel_height, l->top, l->in.height, &in.top,
              &in.height);
    conv_side(out.left, out.width, l->stride, l->kernel_width, l->left, l->in.width, &in.left,
              &in.width);
    return in;
}

static struct window source_window(const struct linear *linear, const struct node *node,
                                   struct window out)
{
    struct grid input = linear->nodes[node->from].grid;
    size_t size = node->layer.size;
    switch (node->rule) {
    case RULE_CONV:
    case RULE_POINT: return conv_window(&node->layer, out);
    case RULE_POOL:
        return (struct window){out.top * size, out.left * size, out.height * size,
                               out.width * size};
    case RULE_CARRY: return carry_window(node, input, out);
    case RULE_DENSE: return grid_window(input);
    default: return out;
    }
}

static void reach(struct walk *walk, int node, struct window window)
{
    if (node < 0)
        return;
    walk->window[node] = walk->active[node] ? join(walk->window[node], window) : window;
    walk->active[node] = 1;
}

/* Coefficients of a convolution that only a pooling reads stay at the pooling's places. */
static int keeps_sites(const struct linear *linear, int pool)
{
    const struct node *source = &linear->nodes[linear->nodes[pool].from];
    return source->readers == 1 && (source->rule == RULE_CONV || source->rule == RULE_POINT);
}

static size_t site_count(const struct linear *linear, const struct walk *walk, int v)
{
    int at = walk->sites[v] < 0 ? v : walk->sites[v];
    return window_count(walk->window[at], linear->nodes[at].grid);
}

/* Multiply-adds of one row at one node; a row begins with one or two coefficients. */
static double node_cost(const struct linear *linear, const struct walk *walk, int v)
{
    const struct node *node = &linear->nodes[v];
    const struct layer *l = &node->layer;
    double coefficients = v == walk->start ? 2 : (double)site_count(linear, walk, v);
    if (node->rule == RULE_DENSE)
        return coefficients * (double)l->in.channels;
    if (node->rule == RULE_CONV || node->rule == RULE_POINT)
        return coefficients * (double)patch_depth(l) * (node->rule == RULE_CONV ? 3 : 1);
    return coefficients;
}

size_t walk_begin(struct linear_work *work, int start, struct window window, int local)
{
    const struct linear *linear = work->linear;
    struct walk *walk = &work->walk;
    memset(walk->active, 0, sizeof walk->active);
    memset(walk->pulled, 0, sizeof walk->pulled);
    memset(walk->sites, -1, sizeof walk->sites);
    walk->start = start;
    walk->local = local;
    reach(walk, start, window);
    size_t values = 0;
    walk->cost = 0;
    for (int v = start; v >= 0; v--) {
        const struct node *node = &linear->nodes[v];
        if (!walk->active[v])
            continue;
        values += site_count(linear, walk, v);
        walk->cost += node_cost(linear, walk, v);
        if (v == 0 || (local && v < start))
            continue;
        struct window from = source_window(linear, node, walk->window[v]);
        reach(walk, node->with, from);
        if (node->rule != RULE_POINT)
            reach(walk, node->from, from);
        if (node->rule == RULE_POOL && keeps_sites(linear, v))
            walk->sites[node->from] = v;
    }
    size_t rows = WALK_VALUES / values;
    return rows < 1 ? 1 : rows < WALK_ROWS ? rows : WALK_ROWS;
}

static void put_zeros(struct linear_work *work, size_t rows)
{
    const struct form_kernels *k = work->linear->engine->forms;
    struct walk *walk = &work->walk;
    for (int v = 0; v <= walk->start; v++)
        if (walk->active[v])
            k->reset(walk->forms[v], rows, site_count(work->linear, walk, v),
                     v != walk->start && (work->linear->nodes[v].rounded || walk->pulled[v]));
    k->reset(walk->constants, rows, 1, 0);
    walk->rows = rows;
}

static void put_wishes(struct linear_work *work, const struct wish *wishes, size_t rows)
{
    const struct form_kernels *k = work->linear->engine->forms;
    struct walk *walk = &work->walk;
    for (size_t r = 0; r < rows; r++) {
        k->put(walk->forms[walk->start], r, wishes[r].at, wishes[r].sign);
        if (wishes[r].less != wishes[r].at)
            k->put(walk->forms[walk->start], r, wishes[r].less, -wishes[r].sign);
    }
}

static void back_conv(const struct linear *linear, struct walk *walk,
                      const struct linear_state *state, int v)
{
    const struct node *node = &linear->nodes[v], *input = &linear->nodes[node->from];
    int at = walk->sites[v] < 0 ? v : walk->sites[v];
    struct conv_rule rule = {
        .weights = node->weights,
        .sites = linear->nodes[at].grid,
        .site_window = walk->window[at],
        .place = walk->sites[v] < 0 ? NULL : (const uint32_t *const *)state->table[at]->place,
        .output_width = node->grid.width,
        .input = input->grid,
        .input_window = walk->window[node->from],
        .low = state->low[node->from],
        .high = state->high[node->from],
        .patches = state->patches[v],
    };
    if (node->rule == RULE_POINT)
        linear->engine->forms->conv_point(&rule, walk->forms[v], walk->constants);
    else
        linear->engine->forms->conv(&rule, walk->forms[v], walk->forms[node->from],
                                    walk->constants);
}

/* Coefficients of `from`, over v's window, move to the node `to`. */
static void back_carry(struct linear_work *work, const struct forms *from, int v, int to)
{
    const struct linear *linear = work->linear;
    const struct node *node = &linear->nodes[v];
    struct walk *walk = &work->walk;
    size_t count = carry_list(node, linear->nodes[to].grid, walk->window[v], walk->window[to],
                              work->from_at, work->to_at);
    linear->engine->forms->carry(from, work->from_at, walk->forms[to], work->to_at, count,
                                 carry_divisor(node));
}

/* The lines of a ReLU or pooling, then where their coefficients stand in what it reads. */
static void back_relax(struct linear_work *work, const struct linear_state *state, int v)
{
    const struct linear *linear = work->linear;
    const struct form_kernels *k = linear->engine->forms;
    const struct node *node = &linear->nodes[v], *source = &linear->nodes[node->from];
    const struct relaxation *table = state->table[v];
    struct walk *walk = &work->walk;
    struct forms *to = walk->forms[node->from];
    int alone = source->readers == 1 && !walk->pulled[node->from];
    if (walk->sites[node->from] == v || (node->rule == RULE_RELU && alone)) {
        k->relax(table, walk->window[v], walk->forms[v], to, walk->constants);
        return;
    }
    k->reset(work->aside, walk->rows, window_count(walk->window[v], node->grid), 0);
    k->relax(table, walk->window[v], walk->forms[v], work->aside, walk->constants);
    if (node->rule == RULE_RELU)
        back_carry(work, work->aside, v, node->from);
    else
        k->spread(table, walk->window[v], work->aside, source->grid, walk->window[node->from],
                  to);
}

static void step(struct linear_work *work, const struct linear_state *state, int v)
{
    const struct linear *linear = work->linear;
    const struct form_kernels *k = linear->engine->forms;
    struct walk *walk = &work->walk;
    const struct node *node = &linear->nodes[v];
    int at = walk->sites[v] < 0 ? v : walk->sites[v];
    k->settle(walk->forms[v], linear->nodes[at].grid, walk->window[at], state->low[at],
              state->high[at], walk->constants);
    if (node->rule == RULE_INPUT || (walk->local && v < walk->start)) {
        k->evaluate(walk->forms[v], node->grid, walk->window[v], state->low[v], state->high[v],
                    walk->constants);
        return;
    }
    switch (node->rule) {
    case RULE_DENSE:
        k->dense(node->weights, walk->forms[v], walk->forms[node->from], walk->constants);
        break;
    case RULE_CONV:
    case RULE_POINT: back_conv(linear, walk, state, v); break;
    case RULE_RELU:
    case RULE_POOL: back_relax(work, state, v); break;
    case RULE_CARRY: back_carry(work, walk->forms[v], v, node->from); break;
    case RULE_ADD:
        back_carry(work, walk->forms[v], v, node->from);
        back_carry(work, walk->forms[v], v, node->with);
        break;
    case RULE_INPUT:
    case RULE_NONE: break;
    }
}

static void go_back(struct linear_work *work, const struct linear_state *state, double *lower)
{
    struct walk *walk = &work->walk;
    for (int v = walk->start; v >= 0; v--)
        if (walk->active[v])
            step(work, state, v);
    work->linear->engine->forms->lower(walk->constants, lower);
}

void walk_run(struct linear_work *work, const struct linear_state *state,
              const struct wish *wishes, size_t rows, double *lower)
{
    require(rows <= WALK_ROWS);
    put_zeros(work, rows);
    put_wishes(work, wishes, rows);
    go_back(work, state, lower);
}

void walk_run_terms(struct linear_work *work, const struct linear_state *state,
                    const struct term *terms, size_t count, size_t rows, double *lower)
{
    struct walk *walk = &work->walk;
    require(rows <= WALK_ROWS);
    memset(walk->pulled, 0, sizeof walk->pulled);
    for (size_t i = 0; i < count; i++)
        walk->pulled[terms[i].node] |= terms[i].node != walk->start;
    put_zeros(work, rows);
    for (size_t i = 0; i < count; i++)
        work->linear->engine->forms->put(walk->forms[terms[i].node], terms[i].row, terms[i].at,
                                         terms[i].coefficient);
    go_back(work, state, lower);
}
