/* reference.h -- feed-forward networks by the book, in double precision.
 *
 * Shared by the chapters on forward and backward passes: plain loops over the
 * definitions of specs/network.md, no library, no cleverness.  A batch is an array of
 * references, one per sample; only batch normalisation in training looks across it. */
#ifndef TESTS_REFERENCE_H
#define TESTS_REFERENCE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "specs/network.h"
#include "specs/random.h"

struct reference {
    size_t layers;
    double *value[NETWORK_LAYERS + 1]; /* [0]: the input; [i + 1]: layer i's output */
    double *slope[NETWORK_LAYERS + 1]; /* backward: of the same */
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

/* The window (or whole map) that output place o of a pooling sees: places[], how many. */
static size_t reference_window(const struct layer *l, size_t o, size_t *places)
{
    int global = l->kind == LAYER_GLOBALAVGPOOL;
    size_t high = global ? l->in.height : l->size, wide = global ? l->in.width : l->size;
    size_t plane = l->out.height * l->out.width, c = o / plane;
    size_t row = o % plane / l->out.width, column = o % l->out.width;
    for (size_t i = 0; i < high * wide; i++)
        places[i] = (c * l->in.height + row * high + i / wide) * l->in.width + column * wide +
                    i % wide;
    return high * wide;
}

static size_t reference_winner(const struct layer *l, const double *in, size_t o)
{
    static size_t places[4096];
    size_t count = reference_window(l, o, places), best = places[0];
    for (size_t i = 1; i < count; i++)
        if (in[places[i]] > in[best])
            best = places[i];
    return best;
}

/* The input place that output place o of a slice or a pad copies, or -1. */
static long reference_copied(const struct layer *l, size_t o)
{
    size_t plane = l->out.height * l->out.width, c = o / plane;
    size_t row = o % plane / l->out.width, column = o % l->out.width;
    if (l->kind == LAYER_SLICE)
        return (long)((c * l->in.height + row * l->stride) * l->in.width + column * l->stride);
    if (c < l->before || c >= l->before + l->in.channels)
        return -1;
    return (long)(o - l->before * plane);
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

/* gamma / sqrt(v + epsilon), or another tensor of a batch normalisation, at a channel. */
static double reference_norm(const struct network *n, const float *theta, int tensor, size_t c)
{
    return theta[n->tensors[tensor].offset + c];
}

static double reference_mean_of(const struct layer *l, const double *in, size_t o)
{
    static size_t places[4096];
    size_t count = reference_window(l, o, places);
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += in[places[i]];
    return sum / (double)count;
}

/* Layer i of one sample; a batch normalisation with its running statistics. */
static void reference_layer(struct reference *r, const struct network *n, const float *theta,
                            size_t i)
{
    const struct layer *l = &n->layers[i];
    const double *in = r->value[l->from + 1];
    size_t count = shape_count(l->out), plane = l->out.height * l->out.width;
    double *out = r->value[i + 1] = malloc(count * sizeof(double));
    for (size_t o = 0; o < count; o++)
        switch (l->kind) {
        case LAYER_DENSE:
        case LAYER_CONV2D: out[o] = reference_output(n, l, theta, in, o); break;
        case LAYER_RELU: out[o] = in[o] > 0 ? in[o] : 0; break;
        case LAYER_MAXPOOL2D: out[o] = in[reference_winner(l, in, o)]; break;
        case LAYER_FLATTEN: out[o] = in[o]; break;
        case LAYER_ADD: out[o] = in[o] + r->value[l->with + 1][o]; break;
        case LAYER_AVGPOOL2D:
        case LAYER_GLOBALAVGPOOL: out[o] = reference_mean_of(l, in, o); break;
        case LAYER_SLICE:
        case LAYER_PAD: out[o] = reference_copied(l, o) < 0 ? 0 : in[reference_copied(l, o)]; break;
        case LAYER_BATCHNORM:
            out[o] = reference_norm(n, theta, l->scale, o / plane) *
                         (in[o] - reference_norm(n, theta, l->mean, o / plane)) /
                         sqrt(reference_norm(n, theta, l->variance, o / plane) + 1e-5) +
                     reference_norm(n, theta, l->shift, o / plane);
            break;
        }
}

/* Mean and (biased) variance of a channel over a batch. */
static void reference_moments(const struct reference *r, size_t samples, const struct layer *l,
                              size_t c, double *mean, double *variance)
{
    size_t plane = l->out.height * l->out.width;
    double count = (double)(samples * plane), sum = 0, square = 0;
    for (size_t s = 0; s < samples; s++)
        for (size_t p = 0; p < plane; p++)
            sum += r[s].value[l->from + 1][c * plane + p];
    *mean = sum / count;
    for (size_t s = 0; s < samples; s++)
        for (size_t p = 0; p < plane; p++)
            square += pow(r[s].value[l->from + 1][c * plane + p] - *mean, 2);
    *variance = square / count;
}

/* In training, what the batch normalisation i really computes for a batch. */
static void reference_normalise(struct reference *r, size_t samples, const struct network *n,
                                const float *theta, size_t i)
{
    const struct layer *l = &n->layers[i];
    size_t plane = l->out.height * l->out.width;
    for (size_t c = 0; c < l->out.channels; c++) {
        double mean, variance;
        reference_moments(r, samples, l, c, &mean, &variance);
        for (size_t s = 0; s < samples; s++)
            for (size_t o = c * plane; o < (c + 1) * plane; o++)
                r[s].value[i + 1][o] = reference_norm(n, theta, l->scale, c) *
                                           (r[s].value[l->from + 1][o] - mean) /
                                           sqrt(variance + 1e-5) +
                                       reference_norm(n, theta, l->shift, c);
    }
}

/* r [samples]; `training`: batch normalisations use the moments of this batch. */
static void reference_batch(struct reference *r, size_t samples, const struct network *n,
                            const float *theta, const float *inputs, int training)
{
    memset(r, 0, samples * sizeof *r);
    for (size_t s = 0; s < samples; s++) {
        r[s].layers = n->layer_count;
        r[s].value[0] = malloc(n->input_count * sizeof(double));
        for (size_t i = 0; i < n->input_count; i++)
            r[s].value[0][i] = inputs[s * n->input_count + i];
    }
    for (size_t i = 0; i < n->layer_count; i++) {
        for (size_t s = 0; s < samples; s++)
            reference_layer(&r[s], n, theta, i);
        if (training && n->layers[i].kind == LAYER_BATCHNORM)
            reference_normalise(r, samples, n, theta, i);
    }
}

static void reference_forward(struct reference *r, const struct network *n, const float *theta,
                              const float *input)
{
    reference_batch(r, 1, n, theta, input, 0);
}

static void reference_clear(struct reference *r)
{
    for (size_t i = 0; i <= r->layers; i++) {
        free(r->value[i]);
        free(r->slope[i]);
    }
}

/* The weights of layer l that output o meets: gradient += and the input's slope +=. */
static void reference_pull_weights(const struct reference *r, const struct network *n,
                                   const struct layer *l, const float *theta, size_t o,
                                   double slope, double *gradient)
{
    size_t plane = l->out.height * l->out.width, c = o / plane, depth = reference_depth(n, l);
    size_t at = n->tensors[l->weight].offset + c * depth;
    if (l->bias >= 0)
        gradient[n->tensors[l->bias].offset + c] += slope;
    for (size_t k = 0; k < depth; k++) {
        long from = l->kind == LAYER_DENSE
                        ? (long)k
                        : reference_source(l, o % plane / l->out.width, o % l->out.width, k);
        if (from < 0)
            continue;
        gradient[at + k] += slope * r->value[l->from + 1][from];
        r->slope[l->from + 1][from] += slope * (double)theta[at + k];
    }
}

/* Backward through layer i of one sample: slopes of what it reads, parameters. */
static void reference_pull(struct reference *r, const struct network *n, const float *theta,
                           size_t i, double *gradient)
{
    static size_t places[4096];
    const struct layer *l = &n->layers[i];
    const double *in = r->value[l->from + 1], *slope = r->slope[i + 1];
    double *din = r->slope[l->from + 1];
    size_t plane = l->out.height * l->out.width;
    for (size_t o = 0; o < shape_count(l->out); o++) {
        size_t c = o / plane, count;
        switch (l->kind) {
        case LAYER_DENSE:
        case LAYER_CONV2D:
            reference_pull_weights(r, n, l, theta, o, slope[o], gradient);
            break;
        case LAYER_RELU: din[o] += in[o] > 0 ? slope[o] : 0; break;
        case LAYER_FLATTEN: din[o] += slope[o]; break;
        case LAYER_MAXPOOL2D: din[reference_winner(l, in, o)] += slope[o]; break;
        case LAYER_ADD:
            din[o] += slope[o];
            r->slope[l->with + 1][o] += slope[o];
            break;
        case LAYER_AVGPOOL2D:
        case LAYER_GLOBALAVGPOOL:
            count = reference_window(l, o, places);
            for (size_t k = 0; k < count; k++)
                din[places[k]] += slope[o] / (double)count;
            break;
        case LAYER_SLICE:
        case LAYER_PAD:
            if (reference_copied(l, o) >= 0)
                din[reference_copied(l, o)] += slope[o];
            break;
        case LAYER_BATCHNORM: {
            double inverse = 1 / sqrt(reference_norm(n, theta, l->variance, c) + 1e-5);
            double away = (in[o] - reference_norm(n, theta, l->mean, c)) * inverse;
            gradient[n->tensors[l->scale].offset + c] += slope[o] * away;
            gradient[n->tensors[l->shift].offset + c] += slope[o];
            din[o] += slope[o] * inverse * reference_norm(n, theta, l->scale, c);
            break;
        }
        }
    }
}

/* The same through a batch normalisation in training: every output of a channel depends on
 * every input of it, d out_j / d in_i = scale inverse (1[i = j] - 1/N - x_i x_j / N). */
static void reference_pull_norm(struct reference *r, size_t samples, const struct network *n,
                                const float *theta, size_t i, double *gradient)
{
    const struct layer *l = &n->layers[i];
    size_t plane = l->out.height * l->out.width;
    double places = (double)(samples * plane);
    for (size_t c = 0; c < l->out.channels; c++) {
        double mean, variance, sum = 0, dot = 0;
        reference_moments(r, samples, l, c, &mean, &variance);
        double inverse = 1 / sqrt(variance + 1e-5);
        for (size_t k = 0; k < samples * plane; k++) {
            size_t o = c * plane + k % plane;
            sum += r[k / plane].slope[i + 1][o];
            dot += r[k / plane].slope[i + 1][o] *
                   (r[k / plane].value[l->from + 1][o] - mean) * inverse;
        }
        gradient[n->tensors[l->scale].offset + c] += dot;
        gradient[n->tensors[l->shift].offset + c] += sum;
        for (size_t k = 0; k < samples * plane; k++) {
            size_t o = c * plane + k % plane;
            double away = (r[k / plane].value[l->from + 1][o] - mean) * inverse;
            r[k / plane].slope[l->from + 1][o] +=
                reference_norm(n, theta, l->scale, c) * inverse *
                (r[k / plane].slope[i + 1][o] - sum / places - away * dot / places);
        }
    }
}

/* gradient += d (dlogits . logits) / d theta, for the batch of the last reference_batch. */
static void reference_batch_backward(struct reference *r, size_t samples,
                                     const struct network *n, const float *theta,
                                     const float *dlogits, int training, double *gradient)
{
    for (size_t s = 0; s < samples; s++) {
        r[s].slope[0] = calloc(n->input_count, sizeof(double));
        for (size_t i = 0; i < n->layer_count; i++)
            r[s].slope[i + 1] = calloc(shape_count(n->layers[i].out), sizeof(double));
        for (size_t k = 0; k < n->class_count; k++)
            r[s].slope[n->layer_count][k] = dlogits[s * n->class_count + k];
    }
    for (size_t i = n->layer_count; i-- > 0;) {
        if (training && n->layers[i].kind == LAYER_BATCHNORM) {
            reference_pull_norm(r, samples, n, theta, i, gradient);
            continue;
        }
        for (size_t s = 0; s < samples; s++)
            reference_pull(&r[s], n, theta, i, gradient);
    }
}

/* The same for the sample of the last reference_forward. */
static __attribute__((unused)) void
reference_backward(struct reference *r, const struct network *n, const float *theta,
                   const float *dlogits, double *gradient)
{
    reference_batch_backward(r, 1, n, theta, dlogits, 0, gradient);
}

#endif
