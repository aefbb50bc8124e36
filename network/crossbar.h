/* crossbar.h -- a network in float32 whose matrices lie on tiles with converters.
 *
 * What a tile computes from an input a is, with weights W + C on it (C: what its devices are
 * off by),
 *
 *     factor * sum over the tiles of a column of   alpha ADC(DAC(a) (W + C))   + bias
 *
 * A converter of b bits has 2^b - 1 levels, evenly over its range [-r, r]: steps of
 * 2 r / (2^b - 2), 0 among them; what is beyond is clipped.  Ranges come from calibration: that of
 * a matrix's inputs (DAC) and of each tile's outputs (ADC) is the 99.995 percentile of their
 * size (for a Gaussian 4.06 deviations) where the network runs without converters, or up to
 * 1/128 more.  Spikes are single bits and need no DAC; an LSNN's readout is converted in every
 * step and averaged digitally.
 *
 * Samples are cut into fixed shards: results do not depend on the number of threads. */
#ifndef NETWORK_CROSSBAR_H
#define NETWORK_CROSSBAR_H

#include <stddef.h>

#include "specs/tiles.h"

struct crossbar;

/* Bits: 2 to 16, or 0 for a converter that is perfect.  The tiles are borrowed; the crossbar
 * holds the network's own weights, with alpha 1. */
struct crossbar *crossbar_new(const struct tiles *tiles, int dac_bits, int adc_bits);
void crossbar_free(struct crossbar *crossbar);

/* Set the converters' ranges from these inputs [count, features], with the weights held. */
void crossbar_calibrate(struct crossbar *crossbar, const float *inputs, size_t count);

/* Hold weights that are off by change [parameters], read with alpha [tiles]. */
void crossbar_hold(struct crossbar *crossbar, const float *change, const float *alpha);

/* logits [count, classes] of inputs [count, features]; converters must have been calibrated. */
void crossbar_forward(struct crossbar *crossbar, const float *inputs, size_t count,
                      float *logits);

#endif
