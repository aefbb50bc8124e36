/* join.h -- what follows a convolution in a residual network, in one pass: batch
 * normalisation, the addition of a shortcut and a ReLU, any of the three; private to the
 * feed-forward runs.
 *
 *     out = max(0, scale (in - mean) / sqrt(variance + epsilon) + shift + other)
 *
 * Mean and variance are those of the samples at hand (training: of this shard alone, as in
 * the ghost batch normalisation of Hoffer et al. 2017) or the running ones (evaluation).
 * Maps are [sample][channel / block][row][column][block], block 1 or 16.  Serial; moments are
 * summed in a fixed order. */
#ifndef NETWORK_JOIN_H
#define NETWORK_JOIN_H

#include <stddef.h>

#include "specs/network.h"

struct join {
    struct shape shape;
    size_t block;
    int rectified, normalised;
    int training;           /* moments of the samples at hand */
    /* Normalised only, [channels], owned. */
    float *mean, *inverse;  /* of the last forward; inverse: 1 / sqrt(variance + epsilon) */
    double *batch_mean, *batch_variance; /* of the last one in training, variance unbiased */
};

/* Parameters of the normalisation, [channels]. */
struct norm {
    const float *scale, *shift, *mean, *variance;
};

void join_init(struct join *join, struct shape shape, size_t block);
void join_clear(struct join *join);

/* out from the first `count` samples of `in` and `other` (NULL: nothing is added); NaN
 * stays NaN.  out may be in where nothing is normalised. */
void join_forward(struct join *join, const struct norm *norm, size_t count, const float *in,
                  const float *other, float *out);

/* Backward for the last forward's in, out and count, all arrays holding `batch` samples, those
 * past count with gradient 0.  The gradient of out is dout + more (`more` may be NULL);
 * dout becomes the gradient of `other`, din (may be dout or NULL) that of `in`.
 * dscale, dshift [channels] are overwritten. */
void join_backward(const struct join *join, const struct norm *norm, size_t count, size_t batch,
                   const float *in, const float *out, float *dout, const float *more, float *din,
                   float *dscale, float *dshift);

#endif
