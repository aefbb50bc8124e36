/* crossbar_layers.c -- a shard of a feed-forward network on tiles; maps are plain
 * [channel][row][column]. */
#include <string.h>

#include "crossbar_run.h"

/* One row of the output's places: what lies under column j of a window in this row of a map. */
static void unfold_row(const struct layer *l, const float *row, size_t j, float *out)
{
    size_t width = l->in.width;
    if (l->stride > 1 || j > width + l->left) {
        for (size_t x = 0; x < l->out.width; x++) {
            size_t from = x * l->stride + j - l->left;
            out[x] = from < width ? row[from] : 0;
        }
        return;
    }
    size_t first = j < l->left ? l->left - j : 0; /* places before it see the padding */
    size_t last = width + l->left - j;            /* and so do those from here on */
    last = last < l->out.width ? last : l->out.width;
    memset(out, 0, l->out.width * sizeof *out);
    if (first < last)
        memcpy(out + first, row + first + j - l->left, (last - first) * sizeof *out);
}

/* columns [in kernel_height kernel_width][places]: the value under each place of the window. */
static void unfold(const struct layer *l, const float *in, float *columns)
{
    size_t window = l->kernel_height * l->kernel_width, across = l->out.width;
    for (size_t row = 0; row < l->in.channels * window; row++) {
        const float *map = in + row / window * l->in.height * l->in.width;
        size_t i = row % window / l->kernel_width, j = row % l->kernel_width;
        for (size_t place = 0; place < l->out.height; place++, columns += across) {
            size_t y = place * l->stride + i - l->top;
            if (y < l->in.height)
                unfold_row(l, map + y * l->in.width, j, columns);
            else
                memset(columns, 0, across * sizeof *columns);
        }
    }
}

/* out = factor out + bias, [channels][places]. */
static void finish(const struct crossbar *c, const struct layer *l, const struct tiles_matrix *m,
                   size_t places, float *out)
{
    const struct network *n = c->tiles->network;
    const float *factor = c->tiles->factor + n->tensors[l->weight].offset;
    const float *bias = l->bias < 0 ? NULL : n->theta + n->tensors[l->bias].offset;
    for (size_t k = 0; k < m->columns; k++) {
        float s = factor[k * m->column_step], b = bias ? bias[k] : 0;
        for (size_t p = 0; p < places; p++)
            out[k * places + p] = s * out[k * places + p] + b;
    }
}

static void weighted(const struct crossbar *c, struct crossbar_bench *bench,
                     const struct layer *l, const float *in, size_t count, float *out)
{
    const struct tiles_matrix *m = crossbar_matrix(c, l->weight);
    size_t in_count = shape_count(l->in), out_count = shape_count(l->out);
    memcpy(bench->driven, in, count * in_count * sizeof *in);
    crossbar_drive(c, m, bench->driven, count * in_count);
    if (l->kind == LAYER_DENSE) {
        crossbar_rows(c, m, bench->driven, count, bench->part, out);
        for (size_t s = 0; s < count; s++)
            finish(c, l, m, 1, out + s * out_count);
        return;
    }
    size_t places = l->out.height * l->out.width;
    for (size_t s = 0; s < count; s++) {
        unfold(l, bench->driven + s * in_count, bench->columns);
        crossbar_columns(c, m, bench->columns, places, bench->part, out + s * out_count);
        finish(c, l, m, places, out + s * out_count);
    }
}

/* The greatest, or the mean, of every window; windows lie side by side. */
static void pool(const struct layer *l, const float *in, float *out)
{
    size_t height = l->kind == LAYER_GLOBALAVGPOOL ? l->in.height : l->size;
    size_t width = l->kind == LAYER_GLOBALAVGPOOL ? l->in.width : l->size;
    for (size_t k = 0; k < shape_count(l->out); k++) {
        size_t channel = k / (l->out.height * l->out.width);
        size_t y = k / l->out.width % l->out.height * height, x = k % l->out.width * width;
        const float *window = in + (channel * l->in.height + y) * l->in.width + x;
        float most = window[0], sum = 0;
        for (size_t i = 0; i < height; i++)
            for (size_t j = 0; j < width; j++) {
                float value = window[i * l->in.width + j];
                most = value > most ? value : most;
                sum += value;
            }
        out[k] = l->kind == LAYER_MAXPOOL2D ? most : sum / (float)(height * width);
    }
}

static void slice(const struct layer *l, const float *in, float *out)
{
    for (size_t k = 0; k < shape_count(l->out); k++) {
        size_t channel = k / (l->out.height * l->out.width);
        size_t y = k / l->out.width % l->out.height * l->stride;
        out[k] = in[(channel * l->in.height + y) * l->in.width + k % l->out.width * l->stride];
    }
}

static void pad(const struct layer *l, const float *in, float *out)
{
    size_t map = l->in.height * l->in.width;
    memset(out, 0, shape_count(l->out) * sizeof *out);
    memcpy(out + l->before * map, in, shape_count(l->in) * sizeof *out);
}

/* A layer without weights, of one sample. */
static void plain(const struct layer *l, const float *in, const float *with, float *out)
{
    size_t count = shape_count(l->out);
    switch (l->kind) {
    case LAYER_RELU:
        for (size_t k = 0; k < count; k++)
            out[k] = in[k] > 0 ? in[k] : 0;
        break;
    case LAYER_ADD:
        for (size_t k = 0; k < count; k++)
            out[k] = in[k] + with[k];
        break;
    case LAYER_FLATTEN:
        memcpy(out, in, count * sizeof *out);
        break;
    case LAYER_MAXPOOL2D:
    case LAYER_AVGPOOL2D:
    case LAYER_GLOBALAVGPOOL:
        pool(l, in, out);
        break;
    case LAYER_SLICE:
        slice(l, in, out);
        break;
    case LAYER_PAD:
        pad(l, in, out);
        break;
    case LAYER_DENSE:
    case LAYER_CONV2D:
    case LAYER_BATCHNORM: /* folded away in every model file */
        require(0);
    }
}

void crossbar_feedforward(const struct crossbar *c, struct crossbar_bench *bench,
                          const float *inputs, size_t count, float *logits)
{
    const struct network *n = c->tiles->network;
    for (size_t i = 0; i < n->layer_count; i++) {
        const struct layer *l = &n->layers[i];
        const float *in = l->from < 0 ? inputs : bench->maps[l->from];
        const float *with = l->kind != LAYER_ADD ? in : l->with < 0 ? inputs : bench->maps[l->with];
        size_t from = shape_count(l->in), to = shape_count(l->out);
        if (l->weight >= 0) {
            weighted(c, bench, l, in, count, bench->maps[i]);
            continue;
        }
        for (size_t s = 0; s < count; s++)
            plain(l, in + s * from, with + s * from, bench->maps[i] + s * to);
    }
    memcpy(logits, bench->maps[n->layer_count - 1], count * n->class_count * sizeof *logits);
}
