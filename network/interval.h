/* interval.h -- the worst margins of a feed-forward network on a relative weight box, with
 * their gradient: interval bound propagation in float32, for training.
 *
 * Weights and biases are anywhere in [w - zeta |w|, w + zeta |w|], zeta < 1; the input is
 * exact. With values c -+ r >= 0 going in, a layer W, b gives
 *
 *     W (c + zeta r) + b  -+  |W| (r + zeta c) + zeta |b|
 *
 * which is attained for every neuron by itself; the input layer, whose values have any sign
 * and r = 0, takes |c| in the second product.  ReLU and pooling act on the ends.  The last
 * layer is bounded jointly: with d = W_y - W_j, s = |W_y| + |W_j| and the label y,
 *
 *     margin_j = sum_i min over [d_i -+ zeta s_i] [c_i -+ r_i] + (b_y - b_j) - zeta (|b_y| + |b_j|)
 *
 * Rounded to nearest, so a guide for training and no proof.  The gradient is exact where the
 * bound is differentiable; |w| has derivative 0 at 0. */
#ifndef NETWORK_INTERVAL_H
#define NETWORK_INTERVAL_H

#include <stddef.h>
#include <stdint.h>

#include "specs/network.h"

struct interval;

/* Whether the network can be bounded here: two or more dense layers and convolutions, the
 * last one dense, between any two of them a ReLU and possibly a pooling and a flattening. */
int interval_fits(const struct network *network);

/* Workspace for batches of up to `batch` samples of a network that fits (borrowed).  Samples
 * are cut into fixed shards: results do not depend on the number of threads. */
struct interval *interval_new(const struct network *network, size_t batch);
void interval_free(struct interval *interval);

/* margins [count, classes]: lower bounds of the label's logit minus each other; 0 at the label. */
void interval_forward(struct interval *interval, const float *theta, double zeta,
                      const float *inputs, const uint8_t *labels, size_t count, float *margins);

/* gradient [parameter_count] (overwritten) of sum(dmargins * margins) for theta, inputs and
 * labels of the last interval_forward. */
void interval_backward(struct interval *interval, const float *theta, size_t count,
                       const float *dmargins, float *gradient);

#endif
