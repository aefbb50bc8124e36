/* feedforward.h -- one shard of a feed-forward network in float32.
 *
 * Serial; results depend on theta and the inputs alone.  FTZ and DAZ are on
 * inside and put back.  Called by net.c. */
#ifndef NETWORK_FEEDFORWARD_H
#define NETWORK_FEEDFORWARD_H

#include <stddef.h>

#include "specs/network.h"

struct feedforward_run;

/* Workspace for shards of up to `batch` samples of `network` (borrowed). */
struct feedforward_run *feedforward_new(const struct network *network, size_t batch);
void feedforward_free(struct feedforward_run *run);

/* logits [count, classes] of inputs [count, features].  `training`: batch normalisations use
 * the moments of these samples, else the running ones of theta. */
void feedforward_forward(struct feedforward_run *run, const float *theta, const float *inputs,
                         size_t count, int training, float *logits);

/* Gradient of sum(dlogits * logits) with respect to theta, overwritten, for the
 * theta, inputs and count of the last feedforward_forward; running statistics have
 * gradient 0. */
void feedforward_backward(struct feedforward_run *run, const float *theta, size_t count,
                          const float *dlogits, float *gradient);

/* sums [parameter_count - trainable_count] += weight times mean and unbiased variance of the
 * samples of the last feedforward_forward, which was in training, where the network
 * has its running ones. */
void feedforward_statistics(const struct feedforward_run *run, double weight, double *sums);

#endif
