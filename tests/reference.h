/* reference.h -- feed-forward networks by the book, in double precision.
 *
 * Shared by the chapters on forward and backward passes: plain loops over the
 * definitions of specs/network.md, no library, no cleverness. */
#ifndef TESTS_REFERENCE_H
#define TESTS_REFERENCE_H

#include <stdlib.h>

#include "specs/network.h"
#include "specs/random.h"

struct reference {
    size_t layers;
    double *value[NETWORK_LAYERS + 1]; /* [0]: the input; [i]: layer i's output */
};

static void reference_fill(float *values, size_t count, float scale, uint64_t seed)
{
    for (size_t i = 0; i < count; i++)
        values[i] = scale * (float)random_normal(seed, RANDOM_SAMPLING, i);
}

/* The input that kernel place k meets at an output position, or -1 in the padding. */
static long reference_source(const struct layer *l, size_t row, size_t column, size_t k)
{
    size_t area = l->kernel_height * l->kernel_width;
    long y = (long)(row * l->stride + k % area / l->kernel_width) - (long)l->top;
    long x = (long)(column * l->stride + k % l->kernel_width) - (long)l->left;
    if (y < 0 || x < 0 || y >= (long)l->in.height || x >= (long)l->in.width)
        return -1;
    return ((long)(k / area) * (long)l->in.height + y) * (long)l->in.width + x;
}

/* The place in the input of a pooling window's first maximum. */
static size_t reference_winner(const struct layer *l, const double *in, size_t o)
{
    size_t plane = l->out.height * l->out.width, c = o / plane;
    size_t row = o % plane / l->out.width, column = o % l->out.width, best = 0;
    for (size_t i = 0; i < l->size * l->size; i++) {
        size_t at = (c * l->in.height + row * l->size + i / l->size) * l->in.width +
                    column * l->size + i % l->size;
        if (i == 0 || in[at] > in[best])
            best = at;
    }
    return best;
}

static size_t reference_depth(const struct network *n, const struct layer *l)
{
    return n->tensors[l->weight].count / l->out.channels;
}

static double reference_output(const struct network *n, const struct layer *l,
                               const float *theta, const double *in, size_t o)
{
    size_t plane = l->out.height * l->out.width, c = o / plane, depth = reference_depth(n, l);
    const float *w = theta + n->tensors[l->weight].offset + c * depth;
    double sum = l->bias < 0 ? 0 : theta[n->tensors[l->bias].offset + c];
    for (size_t k = 0; k < depth; k++) {
        long from = l->kind == LAYER_DENSE
                        ? (long)k
                        : reference_source(l, o % plane / l->out.width, o % l->out.width, k);
        sum += from < 0 ? 0 : (double)w[k] * in[from];
    }
    return sum;
}

static void reference_forward(struct reference *r, const struct network *n, const float *theta,
                              const float *input)
{
    r->layers = n->layer_count;
    r->value[0] = malloc(n->input_count * sizeof(double));
    for (size_t i = 0; i < n->input_count; i++)
        r->value[0][i] = input[i];
    for (size_t i = 0; i < n->layer_count; i++) {
        const struct layer *l = &n->layers[i];
        const double *in = r->value[i];
        size_t count = shape_count(l->out);
        double *out = r->value[i + 1] = malloc(count * sizeof(double));
        for (size_t o = 0; o < count; o++)
            switch (l->kind) {
            case LAYER_DENSE:
            case LAYER_CONV2D: out[o] = reference_output(n, l, theta, in, o); break;
            case LAYER_RELU: out[o] = in[o] > 0 ? in[o] : 0; break;
            case LAYER_MAXPOOL2D: out[o] = in[reference_winner(l, in, o)]; break;
            case LAYER_FLATTEN: out[o] = in[o]; break;
            default: abort();
            }
    }
}

static void reference_clear(struct reference *r)
{
    for (size_t i = 0; i <= r->layers; i++)
        free(r->value[i]);
}

/* gradient += d (dlogits . logits) / d theta, for the sample of the last forward. */
static __attribute__((unused)) void
reference_backward(const struct reference *r, const struct network *n, const float *theta,
                   const float *dlogits, double *gradient)
{
    double *dout = malloc(n->class_count * sizeof(double));
    for (size_t k = 0; k < n->class_count; k++)
        dout[k] = dlogits[k];
    for (size_t i = n->layer_count; i-- > 0;) {
        const struct layer *l = &n->layers[i];
        const double *in = r->value[i];
        size_t count = shape_count(l->out), plane = l->out.height * l->out.width;
        double *din = calloc(shape_count(l->in), sizeof(double));
        for (size_t o = 0; o < count; o++) {
            if (l->kind == LAYER_RELU)
                din[o] = in[o] > 0 ? dout[o] : 0;
            else if (l->kind == LAYER_FLATTEN)
                din[o] = dout[o];
            else if (l->kind == LAYER_MAXPOOL2D)
                din[reference_winner(l, in, o)] += dout[o];
            if (l->weight < 0)
                continue;
            size_t c = o / plane, depth = reference_depth(n, l);
            size_t at = n->tensors[l->weight].offset + c * depth;
            if (l->bias >= 0)
                gradient[n->tensors[l->bias].offset + c] += dout[o];
            for (size_t k = 0; k < depth; k++) {
                long from = l->kind == LAYER_DENSE
                                ? (long)k
                                : reference_source(l, o % plane / l->out.width, o % l->out.width, k);
                if (from < 0)
                    continue;
                gradient[at + k] += dout[o] * in[from];
                din[from] += dout[o] * (double)theta[at + k];
            }
        }
        free(dout);
        dout = din;
    }
    free(dout);
}

#endif
