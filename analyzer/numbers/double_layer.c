/* double_layer.c -- dense and convolution layers of the double engine.
 *
 * Both are one matrix product: an output position is a row of inputs (a dense
 * layer: the whole sample; a convolution: kernel-height runs of a padded map
 * kept channels innermost), an output channel a column of weights. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "double_store.h"
#include "specs/fault.h"

/* Positions worked on between two visits to a panel of weights. */
#define CHUNK 48

static int is_convolution(const struct layer *layer)
{
    return layer->kind == LAYER_CONV2D;
}

/* Where weight [output][k] of the model goes in the depth order of a row:
 * convolutions run over (row of kernel, column of kernel, channel). */
static size_t depth_index(const struct layer *layer, size_t k)
{
    if (!is_convolution(layer))
        return k;
    size_t area = layer->kernel_height * layer->kernel_width;
    return k % area * layer->in.channels + k / area;
}

static void pack_weight(struct weights *w, const struct double_part *part, size_t output,
                        size_t depth, size_t i)
{
    size_t at = (output / PANEL * w->depth + depth) * PANEL + output % PANEL;
    if (w->form == FORM_CENTRE_RADIUS) {
        w->panel[0][at] = part->values[i];
        w->panel[1][at] = fabs((double)part->values[i]);
        return;
    }
    double neg, hi;
    double_part_ends(part, i, &neg, &hi);
    w->panel[LOWER_POSITIVE][at] = fmax(-neg, 0);
    w->panel[LOWER_NEGATIVE][at] = fmin(-neg, 0);
    w->panel[UPPER_POSITIVE][at] = fmax(hi, 0);
    w->panel[UPPER_NEGATIVE][at] = fmin(hi, 0);
}

/* What the sums start from; there may be no bias.  2^-1000 covers every underflow among
 * the products of a row. */
static void start_output(struct weights *w, const struct double_part *bias, size_t output)
{
    double neg = 0, hi = 0;
    if (bias->values)
        double_part_ends(bias, output, &neg, &hi);
    if (w->form == FORM_CENTRE_RADIUS) {
        double value = bias->values ? bias->values[output] : 0;
        w->start[0][output] = value;
        w->start[1][output] = fmax(neg + value, hi - value) + w->gamma * fabs(value) + 0x1p-1000;
    } else {
        w->start[0][output] = neg;
        w->start[1][output] = hi;
    }
}

static void allocate(struct weights *w)
{
    int parts = w->form == FORM_CENTRE_RADIUS ? 2 : PARTS;
    for (int part = 0; part < parts; part++)
        w->panel[part] = fault_alloc_aligned(w->panels * w->depth * PANEL, sizeof(double));
    for (int end = 0; end < 2; end++)
        w->start[end] = fault_alloc_aligned(w->panels * PANEL, sizeof(double));
}

struct weights *double_layer_new(const struct engine *engine, const struct network *network,
                                 const struct layer *layer, const struct box *box)
{
    (void)engine;
    struct rounding_scope scope;
    const struct tensor *weight = &network->tensors[layer->weight];
    struct double_part part = double_part_of(box, network->theta + weight->offset, weight->count);
    struct double_part bias = {.values = NULL};
    if (layer->bias >= 0)
        bias = double_part_of(box, network->theta + network->tensors[layer->bias].offset,
                              network->tensors[layer->bias].count);
    rounding_enter_upward(&scope);

    struct weights *w = fault_alloc(1, sizeof *w);
    w->form = part.relative && part.by_size <= 1 ? FORM_CENTRE_RADIUS : FORM_ENDS;
    w->layer = layer;
    w->zeta = part.by_size;
    w->outputs = weight->shape[0];
    w->panels = (w->outputs + PANEL - 1) / PANEL;
    w->depth = weight->count / w->outputs;
    /* K products and a start, each rounded twice at most by a factor within
     * 1 +- 2^-52, and the rounding of p: K + 16 units cover them, with room
     * for the terms of second order. */
    w->gamma = (double)(w->depth + 16) * 0x1.0001p-52;
    require(w->depth < (size_t)1 << 24);
    allocate(w);
    for (size_t output = 0; output < w->outputs; output++) {
        for (size_t k = 0; k < w->depth; k++)
            pack_weight(w, &part, output, depth_index(layer, k), output * w->depth + k);
        start_output(w, &bias, output);
    }
    rounding_leave(&scope);
    return w;
}

/* Geometry of the rows of one call. */
struct geometry {
    size_t height, width, channels; /* of the padded map; dense: 1, 1, inputs */
    size_t positions;               /* rows per call */
    size_t runs, length, stride;    /* as in struct gemm_rows */
};

static struct geometry geometry_of(const struct weights *w, size_t batch)
{
    const struct layer *l = w->layer;
    if (!is_convolution(l))
        return (struct geometry){1, batch, w->depth, batch, 1, w->depth, 0};
    size_t width = l->in.width + l->left + l->right;
    return (struct geometry){
        .height = l->in.height + l->top + l->bottom,
        .width = width,
        .channels = l->in.channels,
        .positions = l->out.height * l->out.width,
        .runs = l->kernel_height,
        .length = l->kernel_width * l->in.channels,
        .stride = width * l->in.channels,
    };
}

/* Where the row of an output position begins. */
static size_t row_begin(const struct weights *w, const struct geometry *g, size_t position)
{
    const struct layer *l = w->layer;
    if (!is_convolution(l))
        return position * w->depth;
    size_t y = position / l->out.width * l->stride, x = position % l->out.width * l->stride;
    return (y * g->width + x) * g->channels;
}

/* Copy one row of ends of a map into its padded place, channels innermost. */
static void place_map(const struct layer *l, const struct geometry *g, size_t channels_now,
                      const double *from, double *to)
{
    memset(to, 0, g->height * g->width * g->channels * sizeof *to);
    size_t c = l->in.channels, w = l->in.width, plane = l->in.height * w;
    for (size_t y = 0; y < l->in.height; y++) {
        double *row = to + ((y + l->top) * g->width + l->left) * c;
        if (channels_now == c) {
            memcpy(row, from + y * w * c, w * c * sizeof *to);
            continue;
        }
        for (size_t x = 0; x < w; x++)
            for (size_t k = 0; k < c; k++)
                row[x * c + k] = from[k * plane + y * w + x];
    }
}

/* Copy a batch of flat samples, undoing an interleaved layout. */
static void place_flat(const struct intervals *x, size_t depth, size_t batch,
                       const double *from, double *to)
{
    if (x->channels == 1) {
        memcpy(to, from, batch * depth * sizeof *to);
        return;
    }
    for (size_t s = 0; s < batch; s++)
        for (size_t k = 0; k < depth; k++)
            to[s * depth + k] =
                from[s * depth + k % x->plane * x->channels + k / x->plane];
}

static void place(const struct weights *w, const struct geometry *g, const struct intervals *x,
                  const double *from, double *to)
{
    if (is_convolution(w->layer))
        place_map(w->layer, g, x->channels, from, to);
    else
        place_flat(x, w->depth, g->positions, from, to);
}

/* One operand and the panels it meets, added into the first or second sums. */
struct pass {
    const double *operand;
    enum part part;
    int into, sparse;
};

struct passes {
    struct pass list[2 * PARTS];
    int count;
};

static void add_pass(struct passes *passes, const double *operand, size_t size,
                     enum part part, int into)
{
    for (size_t i = 0; i < size; i++)
        if (!(operand[i] == 0)) {
            passes->list[passes->count++] = (struct pass){operand, part, into, 0};
            return;
        }
}

/* upper = U+ max(xu,0) + U- max(xl,0) + L+ min(xu,0) + L- min(xl,0) and
 * lower = L+ max(xl,0) + L- max(xu,0) + U+ min(xl,0) + U- min(xu,0),
 * with L and U the ends of the weights, + and - their positive and negative
 * parts; the first sums hold -lower, so their operands are negated. */
static void passes_of_ends(struct passes *passes, size_t size, const double *neg,
                           const double *hi, double *operand)
{
    double *upper_pos = operand, *lower_pos = operand + size;
    double *upper_neg = operand + 2 * size, *lower_neg = operand + 3 * size;
    double *negated = operand + 4 * size;
    for (size_t i = 0; i < size; i++) {
        upper_pos[i] = fmax(hi[i], 0);
        lower_pos[i] = fmax(-neg[i], 0);
        upper_neg[i] = fmin(hi[i], 0);
        lower_neg[i] = fmin(-neg[i], 0);
    }
    for (size_t i = 0; i < 4 * size; i++)
        negated[i] = -operand[i];
    add_pass(passes, upper_pos, size, UPPER_POSITIVE, 1);
    add_pass(passes, lower_pos, size, UPPER_NEGATIVE, 1);
    add_pass(passes, upper_neg, size, LOWER_POSITIVE, 1);
    add_pass(passes, lower_neg, size, LOWER_NEGATIVE, 1);
    add_pass(passes, negated + size, size, LOWER_POSITIVE, 0);
    add_pass(passes, negated, size, LOWER_NEGATIVE, 0);
    add_pass(passes, negated + 3 * size, size, UPPER_POSITIVE, 0);
    add_pass(passes, negated + 2 * size, size, UPPER_NEGATIVE, 0);
}

/* Are at least three in ten zero? */
static int mostly_zero(const double *values, size_t count)
{
    size_t zeros = 0;
    for (size_t i = 0; i < count; i++)
        zeros += values[i] == 0;
    return 10 * zeros >= 3 * count;
}

static struct passes prepare(const struct weights *w, const struct geometry *g,
                             const struct intervals *x, size_t first)
{
    size_t size = g->height * g->width * g->channels;
    double *neg = double_scratch(SCRATCH_FIRST, 2 * size), *hi = neg + size;
    place(w, g, x, x->neg + first, neg);
    place(w, g, x, x->hi + first, hi);

    struct passes passes = {.count = 0};
    if (w->form == FORM_CENTRE_RADIUS) {
        double *p = double_scratch(SCRATCH_SECOND, 2 * size), *q = p + size;
        double_loops->centre_radius(neg, hi, size, w->zeta, w->gamma, p, q);
        int sparse = mostly_zero(q, size);
        passes.list[0] = (struct pass){p, 0, 0, sparse};
        passes.list[1] = (struct pass){q, 1, 1, sparse};
        passes.count = 2;
    } else {
        passes_of_ends(&passes, size, neg, hi, double_scratch(SCRATCH_SECOND, 8 * size));
    }
    return passes;
}

/* Write one finished position's sums as intervals. */
static void finish(const struct weights *w, size_t lanes, const double *a, const double *b,
                   double *neg, double *hi)
{
    if (w->form == FORM_CENTRE_RADIUS) {
        double_loops->from_mid_rad(a, b, lanes, neg, hi);
        return;
    }
    for (size_t i = 0; i < lanes; i++) {
        int sound = fabs(a[i]) < INFINITY && fabs(b[i]) < INFINITY;
        neg[i] = sound ? a[i] : INFINITY;
        hi[i] = sound ? b[i] : INFINITY;
    }
}

/* All outputs of one panel at positions [from, from + rows). */
static void chunk(const struct weights *w, const struct geometry *g,
                  const struct passes *passes, size_t panel, size_t from, size_t rows,
                  double *out_neg, double *out_hi)
{
    double *sums[2] = {double_scratch(SCRATCH_TILE, CHUNK * PANEL),
                       double_scratch(SCRATCH_TILE_RADIUS, CHUNK * PANEL)};
    size_t at[CHUNK], lanes = w->outputs - panel * PANEL;
    if (lanes > PANEL)
        lanes = PANEL;
    for (size_t i = 0; i < rows; i++) {
        at[i] = row_begin(w, g, from + i);
        for (int s = 0; s < 2; s++)
            memcpy(sums[s] + i * PANEL, w->start[s] + panel * PANEL, PANEL * sizeof(double));
    }
    for (int n = 0; n < passes->count; n++) {
        const struct pass *pass = &passes->list[n];
        struct gemm_rows gemm_rows = {pass->operand,  at,        rows,        g->runs,
                                      g->length, g->stride, pass->sparse};
        double_loops->gemm(&gemm_rows, w->panel[pass->part] + panel * w->depth * PANEL,
                           (lanes + 7) / 8 * 8, sums[pass->into]);
    }
    for (size_t i = 0; i < rows; i++) {
        size_t to = (from + i) * w->outputs + panel * PANEL;
        finish(w, lanes, sums[0] + i * PANEL, sums[1] + i * PANEL, out_neg + to, out_hi + to);
    }
}

static void run(const struct weights *w, const struct geometry *g, const struct intervals *x,
                size_t first, double *out_neg, double *out_hi)
{
    struct passes passes = prepare(w, g, x, first);
    for (size_t panel = 0; panel < w->panels; panel++)
        for (size_t from = 0; from < g->positions; from += CHUNK) {
            size_t left = g->positions - from;
            chunk(w, g, &passes, panel, from, left < CHUNK ? left : CHUNK, out_neg, out_hi);
        }
}

void double_layer(const struct weights *w, const struct intervals *x, struct intervals *y,
                  size_t batch)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    struct geometry g = geometry_of(w, batch);
    if (is_convolution(w->layer)) {
        size_t from = shape_count(w->layer->in), to = shape_count(w->layer->out);
        require(batch * from <= x->count && batch * to <= y->count);
        require(x->channels == 1 || x->channels == w->layer->in.channels);
        for (size_t s = 0; s < batch; s++)
            run(w, &g, x, s * from, y->neg + s * to, y->hi + s * to);
        y->channels = w->layer->out.channels;
        y->plane = to / y->channels;
    } else {
        require(batch * w->depth <= x->count && batch * w->outputs <= y->count);
        run(w, &g, x, 0, y->neg, y->hi);
        y->channels = 1;
        y->plane = w->outputs;
    }
    rounding_leave(&scope);
}
