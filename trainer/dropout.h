/* dropout.h -- units left out for a batch (Srivastava et al. 2014), done on the parameters.
 *
 * A dropped unit is one that nothing listens to: the weights that read it are 0.  These are
 *   LSNN          its row of W_rec and its row of W_out;
 *   feed-forward  its column in the dense layer it feeds, for the inputs of every dense layer
 *                 but one that reads the network's input (paper's CNN: 1600, 256, 64).
 * One choice for all samples and time steps of a batch, and no 1 / (1 - p): as in the
 * paper's code.  With the gradient cleared in the same places this is dropout exactly,
 * and an adversary that starts there attacks the thinned network. */
#ifndef TRAINER_DROPOUT_H
#define TRAINER_DROPOUT_H

#include <stddef.h>
#include <stdint.h>

#include "specs/network.h"

/* How many units can be dropped. */
size_t dropout_units(const struct network *network);

/* dropped[unit] = 1 with the given probability, [dropout_units]; an LSNN's neurons in order, a
 * feed-forward network's dense inputs layer after layer.  A function of (seed, step, unit). */
void dropout_draw(const struct network *network, double probability, uint64_t seed,
                  uint64_t step, unsigned char *dropped);

/* Set to 0 what reads a dropped unit, in parameters or a gradient [parameter_count]. */
void dropout_clear(const struct network *network, const unsigned char *dropped, float *values);

#endif
