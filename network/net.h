/* net.h -- running a network in float32: logits forward, gradients backward.
 *
 * Untrusted: nothing here takes part in a proof.  Fast and repeatable: a batch
 * is cut into fixed shards, one OpenMP task each, library calls inside a shard
 * are serial, and shard results are added in shard order, so results do not
 * depend on the number of threads (on one kind of CPU).
 *
 * The parameters are one flat vector theta, laid out as struct network says;
 * the same net runs any theta (attacked, noisy, ...). */
#ifndef NETWORK_NET_H
#define NETWORK_NET_H

#include <stddef.h>

#include "specs/network.h"

#define NET_NORM_SHARD 32

struct net;

/* A runnable form of `network` (borrowed; its theta is not used) for batches
 * of up to `batch` samples.  Allocates all workspace. */
struct net *net_new(const struct network *network, size_t batch);
void net_free(struct net *net);

/* How batch normalisations run from now on: in training (on != 0) with the moments of the
 * samples at hand, otherwise (as a new net does) with the running ones, which are part of
 * theta.  In training each shard has its own moments, as in the ghost batch normalisation of
 * Hoffer et al. (2017); a shard is NET_NORM_SHARD 32
 * Without batch normalisations it makes no difference. */
void net_training(struct net *net, int on);

/* Move the running means and variances of theta by a tenth towards the moments of the
 * samples of the last net_forward (which was in training): means over the shards, in their
 * order, weighted by samples; variances unbiased, as PyTorch has them. */
void net_track(const struct net *net, float *theta);

/* logits [count, classes] of inputs [count, features] under theta.
 * rates [count, units]: mean spikes per step of an LSNN; may be NULL, unused
 * for feed-forward networks. */
void net_forward(struct net *net, const float *theta, const float *inputs,
                 size_t count, float *logits, float *rates);

/* Gradient of sum(dlogits * logits) + sum(drates * rates) with respect to
 * theta, for the inputs and theta of the last net_forward (which must have
 * been called with the same count).  gradient [parameter_count] is overwritten.
 * drates may be NULL.  LSNN: surrogate gradients as in lsnn.h. */
void net_backward(struct net *net, const float *theta, const float *inputs,
                  size_t count, const float *dlogits, const float *drates,
                  float *gradient);

/* LSNN: from the next net_forward on, watch how uncertain spikes would be on the relative
 * weight box of size zeta (lsnn.h); net_backward then adds the gradient of `weight` times the
 * mean of that doubt over samples, steps and neurons.  zeta 0 with weight 0 ends the watch. */
void net_watch(struct net *net, double zeta, double weight);

/* That mean in the last net_forward; 0 when not watched. */
double net_doubt(const struct net *net);

#endif
