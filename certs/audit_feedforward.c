/* audit_feedforward.c -- a feed-forward network's layers in intervals (specs/network.md). */
#include <stdlib.h>

#include "audit_network.h"

static size_t place(struct shape s, size_t c, size_t y, size_t x)
{
    return (c * s.height + y) * s.width + x;
}

static struct span bias_of(const struct audit_network *a, const struct layer *l, size_t o)
{
    if (l->bias < 0)
        return (struct span){0, 0};
    return span_at(&a->theta, a->network->tensors[l->bias].offset + o);
}

static void dense(const struct audit_network *a, const struct layer *l, const struct spans *in,
                  struct spans *out)
{
    size_t inputs = shape_count(l->in), at = a->network->tensors[l->weight].offset;
    for (size_t o = 0; o < shape_count(l->out); o++) {
        struct span sum = bias_of(a, l, o);
        for (size_t i = 0; i < inputs; i++)
            sum = span_add(sum, span_times(span_at(&a->theta, at++), span_at(in, i)));
        span_put(out, o, sum);
    }
}

/* One kernel element over one row of outputs; places outside the map add nothing. */
static void conv_row(struct span w, const struct layer *l, size_t j, const struct spans *in,
                     size_t from, struct spans *out, size_t to)
{
    for (size_t x = 0; x < l->out.width; x++) {
        size_t column = x * l->stride + j;
        if (column < l->left || column - l->left >= l->in.width)
            continue;
        struct span v = span_times(w, span_at(in, from + column - l->left));
        out->down[to + x] += v.down;
        out->up[to + x] += v.up;
    }
}

static void conv(const struct audit_network *a, const struct layer *l, const struct spans *in,
                 struct spans *out)
{
    size_t at = a->network->tensors[l->weight].offset, map = l->out.height * l->out.width;
    for (size_t o = 0; o < l->out.channels; o++) {
        for (size_t i = 0; i < map; i++)
            span_put(out, o * map + i, bias_of(a, l, o));
        for (size_t c = 0; c < l->in.channels; c++)
            for (size_t i = 0; i < l->kernel_height; i++)
                for (size_t j = 0; j < l->kernel_width; j++, at++)
                    for (size_t y = 0; y < l->out.height; y++) {
                        size_t row = y * l->stride + i;
                        if (row < l->top || row - l->top >= l->in.height)
                            continue;
                        conv_row(span_at(&a->theta, at), l, j, in,
                                 place(l->in, c, row - l->top, 0), out, place(l->out, o, y, 0));
                    }
    }
}

/* Greatest or mean of a window of the map of channel c at (y, x). */
static struct span window(const struct layer *l, const struct spans *in, size_t c, size_t y,
                          size_t x, size_t height, size_t width)
{
    struct span all = span_at(in, place(l->in, c, y, x));
    for (size_t k = 1; k < height * width; k++) {
        struct span v = span_at(in, place(l->in, c, y + k / width, x + k % width));
        if (l->kind == LAYER_MAXPOOL2D)
            all = (struct span){audit_min(all.down, v.down), audit_max(all.up, v.up)};
        else
            all = span_add(all, v);
    }
    double cells = (double)(height * width);
    return l->kind == LAYER_MAXPOOL2D ? all : (struct span){all.down / cells, all.up / cells};
}

static struct span pick(const struct layer *l, const struct spans *in, size_t c, size_t y, size_t x)
{
    switch (l->kind) {
    case LAYER_GLOBALAVGPOOL:
        return window(l, in, c, 0, 0, l->in.height, l->in.width);
    case LAYER_SLICE:
        return span_at(in, place(l->in, c, y * l->stride, x * l->stride));
    case LAYER_PAD:
        if (c < l->before || c - l->before >= l->in.channels)
            return (struct span){0, 0};
        return span_at(in, place(l->in, c - l->before, y, x));
    default:
        return window(l, in, c, y * l->size, x * l->size, l->size, l->size);
    }
}

static void by_place(const struct layer *l, const struct spans *in, struct spans *out)
{
    for (size_t c = 0; c < l->out.channels; c++)
        for (size_t y = 0; y < l->out.height; y++)
            for (size_t x = 0; x < l->out.width; x++)
                span_put(out, place(l->out, c, y, x), pick(l, in, c, y, x));
}

/* A layer's outputs from those it reads.  Returns -1 for a kind it does not know. */
static int apply(const struct audit_network *a, const struct layer *l, const struct spans *in,
                 const struct spans *with, struct spans *out)
{
    switch (l->kind) {
    case LAYER_DENSE:
        dense(a, l, in, out);
        return 0;
    case LAYER_CONV2D:
        conv(a, l, in, out);
        return 0;
    case LAYER_RELU:
    case LAYER_FLATTEN:
    case LAYER_ADD:
        for (size_t i = 0; i < shape_count(l->out); i++) {
            struct span v = span_at(in, i);
            if (l->kind == LAYER_RELU)
                v = (struct span){audit_min(v.down, 0), audit_max(v.up, 0)};
            span_put(out, i, l->kind == LAYER_ADD ? span_add(v, span_at(with, i)) : v);
        }
        return 0;
    case LAYER_MAXPOOL2D:
    case LAYER_AVGPOOL2D:
    case LAYER_GLOBALAVGPOOL:
    case LAYER_SLICE:
    case LAYER_PAD:
        by_place(l, in, out);
        return 0;
    case LAYER_BATCHNORM:
        break;
    }
    return -1;
}

static int all_finite(const struct spans *s, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!audit_finite(span_at(s, i)))
            return 0;
    return 1;
}

static void differences(const struct spans *logits, size_t classes, int label,
                        struct audit_margins *margins)
{
    for (size_t j = 0; j < classes; j++)
        margins->margin[j] =
            span_subtract(span_at(logits, (size_t)label), span_at(logits, j));
}

int audit_feedforward(const struct audit_network *a, const float *input, int label,
                      struct audit_margins *margins)
{
    const struct network *n = a->network;
    size_t last = n->layer_count - 1;
    struct spans *rows = fault_alloc(n->layer_count + 1, sizeof *rows); /* rows[0]: the input */
    int good = 1;
    rows[0] = audit_spans_new(n->input_count);
    for (size_t i = 0; i < n->input_count; i++)
        span_put(&rows[0], i, span_point(input[i]));
    for (size_t k = 0; k <= last && good; k++) {
        const struct layer *l = &n->layers[k];
        const struct spans *in = &rows[l->from + 1];
        if (k == last && l->kind == LAYER_DENSE) {
            struct audit_readout readout = {a, l->weight, l->bias, shape_count(l->in),
                                            shape_count(l->in), 1, n->class_count, 1};
            audit_readout(&readout, in, label, margins);
            break;
        }
        rows[k + 1] = audit_spans_new(shape_count(l->out));
        good = !apply(a, l, in, l->kind == LAYER_ADD ? &rows[l->with + 1] : NULL, &rows[k + 1]) &&
               all_finite(&rows[k + 1], shape_count(l->out));
        if (k == last && good)
            differences(&rows[k + 1], n->class_count, label, margins);
    }
    for (size_t k = 0; k <= n->layer_count; k++)
        audit_spans_free(&rows[k]);
    free(rows);
    return good ? 0 : -1;
}
