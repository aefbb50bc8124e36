/* noise.h -- random perturbations of the parameters during training.
 *
 * Forward noise (Murray and Edwards 1994; paper section 3, Theta~): the task loss is
 * taken at noisy parameters, drawn anew for every batch, and its gradient is
 * applied to the clean ones as it is (the noise counts as a constant). */
#ifndef TRAINER_NOISE_H
#define TRAINER_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include "scope.h"
#include "specs/network.h"

enum noise_kind {
    NOISE_RELATIVE, /* deviation eta |Theta_i| (mismatch) */
    NOISE_RANGE     /* deviation eta max |w| of the tensor (Joshi et al. 2020) */
};

/* noisy [parameter_count] = theta + eta s R inside `scope` and theta outside; s as the
 * kind says, R standard normal, a function of (seed, step, index) alone.  The diagonal of
 * an LSNN's W_rec stays as it is in theta.  eta 0 gives theta, bit for bit. */
void noise_draw(const struct network *network, const struct scope *scope, enum noise_kind kind,
                double eta, const float *theta, uint64_t seed, uint64_t step, float *noisy);

#endif
