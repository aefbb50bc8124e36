/* pool.h -- maximum pooling of maps kept in blocks of channels, with a ReLU inside.
 *
 * A map is [channel / block][row][column][block]; block is 1 or 16. */
#ifndef NETWORK_POOL_H
#define NETWORK_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "specs/network.h"

struct pool {
    struct shape in, out;
    size_t size, block;
    int rectified; /* clamp the result at 0: the ReLU before, done here */
};

/* How many masks pool_forward writes for `batch` samples: per window and block of
 * channels one for every place of the window. */
size_t pool_masks(const struct pool *pool, size_t batch);

/* out := pooled in, for `batch` samples; NaN stays NaN.  winner [pool_masks] gets,
 * per place, the channels whose maximum came from there (the first of equals)
 * and passed the ReLU. */
void pool_forward(const struct pool *pool, size_t batch, const float *in, float *out,
                  uint16_t *winner);

/* din := gradient of the input, zero for all but the winners. */
void pool_backward(const struct pool *pool, size_t batch, const uint16_t *winner,
                   const float *dout, float *din);

#endif
