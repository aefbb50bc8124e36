/* initial.h -- the parameters that training starts from.
 *
 * Draws are counter-based: they depend on the seed, the tensor's number and
 * the position in it, nothing else. */
#ifndef TRAINER_INITIAL_H
#define TRAINER_INITIAL_H

#include <stdint.h>

#include "specs/network.h"

/* Fill theta [parameter_count] with normals cut at two standard deviations and
 * rescaled to the deviation they were meant to have:
 *   LSNN (paper's code): W_in sqrt(2 / (inputs + units)), W_rec sqrt(1 / units)
 *     with a zero diagonal, W_out 0.01 (not rescaled), b_out 0;
 *   feed-forward: sqrt(2 / fan_in) (He et al. 2015), biases 0, scales and running
 *     variances of batch normalisations 1, their shifts and means 0.  The paper's smaller
 *     scales lean on its standardisation over the batch, which we do not have. */
void initial_parameters(const struct network *network, uint64_t seed, float *theta);

/* Set to zero the entries of `values` [parameter_count] that belong to the diagonal of
 * an LSNN's W_rec: no neuron feeds itself, so neither its parameter nor its
 * gradient may move.  Nothing happens to a feed-forward network. */
void initial_clear_diagonal(const struct network *network, float *values);

#endif
