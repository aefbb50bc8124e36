/* certified_lsnn.h -- spiking networks that a prover can follow.
 *
 * The gradient is that of
 *
 *     cross-entropy of the logits with `certify-margin` taken off the label's
 *     + r certify-weight * doubt(r certify-zeta) + 0.01 r * spikes
 *
 * at noisy parameters: doubt is the mean of lsnn_width.h, spikes the mean number per neuron
 * and sample, and the ramp r goes from 0 to 1 over the first `certify-ramp` of the run.
 *
 * A network that is proved robust spikes seldom, a few times per neuron, so its readout has
 * to be large: it starts so and learns at a higher rate than the rest. */
#ifndef TRAINER_CERTIFIED_LSNN_H
#define TRAINER_CERTIFIED_LSNN_H

#include <stdint.h>

#include "lesson.h"
#include "specs/network.h"

/* How much faster W_out learns: as if the logits were this many times W_out's sum. */
#define CERTIFIED_READOUT 10

/* b0 0.1, beta 1.8, tau_ada 100 in place of the paper's 0.01, 2.0, 98. */
void certified_lsnn_constants(struct network *network);

/* Normal draws: W_in 3 sqrt(2 / (inputs + 64)), W_rec 0.2 / sqrt(units) with a zero diagonal,
 * W_out 0.3 CERTIFIED_READOUT; b_out 0. */
void certified_lsnn_initial(const struct network *network, uint64_t seed, float *theta);

/* gradient, loss, robust (the doubt) and correct at `theta`. */
void certified_lsnn_gradient(struct lesson *lesson, const float *theta);

#endif
