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

/* out := pooled in, for `batch` samples; winner [batch, out] gets which place of
 * its window each maximum came from. */
void pool_forward(const struct pool *pool, size_t batch, const float *in, float *out,
                  uint8_t *winner);

/* din := gradient, zero where a value was not its window's maximum or was cut by
 * the ReLU. */
void pool_backward(const struct pool *pool, size_t batch, const float *out,
                   const uint8_t *winner, const float *dout, float *din);

#endif
