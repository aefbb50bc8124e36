/* linear_guess.c -- the nominal network in plain floating point.
 *
 * The values only choose among sound alternatives: which member of a pooling
 * window the others are compared with, which of two lines lies closer.  They are
 * computed in one fixed order, so that every build makes the same choices. */
#include <string.h>

#include "analyzer/numbers/rounding.h"
#include "linear_store.h"

/* out[row][columns] += weight times the input row that it meets. */
static void add_row(const struct layer *l, double weight, const double *in, size_t dx,
                    double *out, size_t columns)
{
    for (size_t x = 0; x < columns; x++) {
        size_t from = x * l->stride + dx - l->left;
        if (from < l->in.width)
            out[x] += weight * in[from];
    }
}

static void guess_conv(const struct network *n, const struct layer *l, const double *in,
                       double *out)
{
    size_t height = l->out.height, width = l->out.width;
    size_t area = l->kernel_height * l->kernel_width;
    const float *weight = n->theta + n->tensors[l->weight].offset;
    for (size_t o = 0; o < l->out.channels; o++) {
        double *plane = out + o * height * width;
        double bias = l->bias < 0 ? 0 : n->theta[n->tensors[l->bias].offset + o];
        for (size_t i = 0; i < height * width; i++)
            plane[i] = bias;
        for (size_t k = 0; k < l->in.channels * area; k++)
            for (size_t y = 0; y < height; y++) {
                size_t row = y * l->stride + k % area / l->kernel_width - l->top;
                if (row < l->in.height)
                    add_row(l, weight[o * l->in.channels * area + k],
                            in + (k / area * l->in.height + row) * l->in.width,
                            k % l->kernel_width, plane + y * width, width);
            }
    }
}

static void guess_dense(const struct network *n, const struct layer *l, const double *in,
                        double *out)
{
    size_t outputs = shape_count(l->out), inputs = shape_count(l->in);
    const float *weight = n->theta + n->tensors[l->weight].offset;
    for (size_t o = 0; o < outputs; o++) {
        double sum[8] = {0};
        for (size_t k = 0; k < inputs; k++)
            sum[k % 8] += weight[o * inputs + k] * in[k];
        out[o] = l->bias < 0 ? 0 : n->theta[n->tensors[l->bias].offset + o];
        for (int lane = 0; lane < 8; lane++)
            out[o] += sum[lane];
    }
}

static void guess_pool(const struct node *node, struct grid input, const double *in, double *out)
{
    struct relaxed v = {.grid = input, .guess = in};
    size_t size = node->layer.size;
    for (size_t place = 0; place < node->grid.height * node->grid.width; place++)
        for (size_t c = 0; c < node->grid.channels; c++) {
            size_t i = pool_winner(node->grid, place, c, &v, size);
            double most = in[pool_place(node->grid, place, input, size, i) * input.stride + c];
            out[place * node->grid.stride + c] = node->floor && most < 0 ? 0 : most;
        }
}

static void guess_carry(const struct linear *linear, struct linear_state *state, int v, int from,
                        uint32_t *from_at, uint32_t *to_at)
{
    const struct node *node = &linear->nodes[v];
    struct grid input = linear->nodes[from].grid;
    double divisor = (double)carry_divisor(node);
    size_t count = carry_list(node, input, grid_window(node->grid), grid_window(input), from_at,
                              to_at);
    for (size_t i = 0; i < count; i++)
        state->guess[v][from_at[i]] += state->guess[from][to_at[i]] / divisor;
}

static void guess_node(const struct linear *linear, struct linear_state *state, int v,
                       double *planes[2], uint32_t *from_at, uint32_t *to_at)
{
    const struct node *node = &linear->nodes[v];
    struct grid input = linear->nodes[node->from].grid;
    const double *in = state->guess[node->from];
    double *out = state->guess[v];
    switch (node->rule) {
    case RULE_DENSE: guess_dense(linear->network, &node->layer, in, out); break;
    case RULE_CONV:
    case RULE_POINT:
        linear_to_planes(input, in, planes[0]);
        guess_conv(linear->network, &node->layer, planes[0], planes[1]);
        linear_from_planes(node->grid, planes[1], out);
        break;
    case RULE_RELU:
        for (size_t i = 0; i < grid_count(node->grid); i++)
            out[i] = in[i] < 0 ? 0 : in[i];
        break;
    case RULE_POOL: guess_pool(node, input, in, out); break;
    case RULE_ADD:
    case RULE_CARRY:
        memset(out, 0, grid_count(node->grid) * sizeof *out);
        guess_carry(linear, state, v, node->from, from_at, to_at);
        if (node->with >= 0)
            guess_carry(linear, state, v, node->with, from_at, to_at);
        break;
    case RULE_INPUT:
    case RULE_NONE: break;
    }
}

void linear_guess(const struct linear *linear, struct linear_work *work)
{
    struct rounding_scope scope;
    rounding_enter_nearest(&scope);
    for (int v = 1; v < linear->count; v++)
        guess_node(linear, &work->state, v, work->planes, work->from_at, work->to_at);
    rounding_leave(&scope);
}
