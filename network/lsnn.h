/* lsnn.h -- a spiking network (LSNN) in float32: forward, and backward through time.
 *
 * The neurons are those of network.h, written out (specs/network.md, paper Eq. 3):
 *
 *     I_t     = x_t W_in + o_t W_rec                  t = 0 .. T-1, all states start at 0
 *     B_t     = b0 + beta b_t
 *     V_{t+1} = rho_V V_t + (1 - rho_V) I_t - o_t B_t       (adapted reset: - o_t B_{t+1})
 *     b_{t+1} = rho_b b_t + (1 - rho_b) o_t
 *     o_{t+1} = 1 if V_{t+1} > B_{t+1} and no spike in the last `refractory` steps
 *     logits  = (1/T) sum_{t=1..T} o_t W_out + b_out        rho = exp(-1/tau)
 *
 * A spike has no useful derivative; backward uses, with u = (V - B) / B,
 *
 *     do/dV = 0.3 max(0, 1 - |u|) / B      do/dB = -0.3 max(0, 1 - |u|) V / B^2
 *
 * and 0 for a neuron that is blocked.  Everything else is differentiated as it
 * stands: resets, thresholds and recurrent spikes pass gradients on.
 *
 * A run serves one shard of samples and is serial; several runs may work at
 * once.  Results depend on theta and inputs only, not on the caller's rounding
 * mode or FTZ/DAZ, which are put back. */
#ifndef NETWORK_LSNN_H
#define NETWORK_LSNN_H

#include <stddef.h>
#include <stdint.h>

#include "specs/network.h"

struct lsnn_run;

/* Workspace for up to `batch` samples of `network` (an LSNN; borrowed, its
 * theta is not used).  Fails never (fault_alloc ends the program). */
struct lsnn_run *lsnn_new(const struct network *network, size_t batch);
void lsnn_free(struct lsnn_run *run);

/* logits [count, classes] of inputs [count, steps, inputs] under theta; the
 * states are kept for lsnn_backward.  rates [count, units], mean spikes per
 * step, may be NULL. */
void lsnn_forward(struct lsnn_run *run, const float *theta, const float *inputs,
                  size_t count, float *logits, float *rates);

/* State of a sample of the last lsnn_forward at step t, 0 to steps: *v and *b point to V_t and
 * B_t [units], *spikes to o_t, bit k % 64 of word k / 64; valid until the next lsnn_forward. */
void lsnn_state(const struct lsnn_run *run, size_t sample, size_t t, const float **v,
                const float **b, const uint64_t **spikes);

/* gradient [parameter_count] (overwritten) of sum(dlogits * logits) +
 * sum(drates * rates) with respect to theta, with the surrogate above; theta,
 * inputs and count are those of the last lsnn_forward, after which it may be
 * called more than once.  dlogits [count, classes], drates [count, units] or NULL. */
void lsnn_backward(struct lsnn_run *run, const float *theta, const float *inputs,
                   size_t count, const float *dlogits, const float *drates, float *gradient);

/* From the next lsnn_forward on, watch how uncertain spikes would be on the relative weight
 * box of size zeta (lsnn_width.h); lsnn_backward then adds the gradient of `weight` times the
 * sum of that doubt over samples, steps and neurons.  weight may change in between; zeta 0
 * with weight 0 ends the watch. */
void lsnn_watch(struct lsnn_run *run, double zeta, double weight);

/* The sum of doubt in the last lsnn_forward; 0 when not watched. */
double lsnn_doubt(const struct lsnn_run *run);

#endif
