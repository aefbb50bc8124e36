/* maps.h -- layers without parameters on maps in blocks of channels: average pooling,
 * slicing, padding, and changing the block; private to the feed-forward runs.
 *
 * A map is [channel / block][row][column][block].  Forward overwrites `out`, backward `din`,
 * for `batch` samples.  Means are sums times the rounded reciprocal of the window's places. */
#ifndef NETWORK_MAPS_H
#define NETWORK_MAPS_H

#include <stddef.h>

#include "specs/network.h"

/* Windows of `size` x `size` (globalavgpool: the whole map); block is the input's and, except
 * for globalavgpool, the output's. */
void maps_average(const struct layer *layer, size_t block, size_t batch, const float *in,
                  float *out);
void maps_average_backward(const struct layer *layer, size_t block, size_t batch,
                           const float *dout, float *din);

void maps_slice(const struct layer *layer, size_t block, size_t batch, const float *in,
                float *out);
void maps_slice_backward(const struct layer *layer, size_t block, size_t batch,
                         const float *dout, float *din);

/* Channels [first_from, first_from + channels) of maps `from`, to those from first_to on of maps
 * `to`; the rest of `to` is left alone.  Also changes the block. */
struct view {
    struct shape shape;
    size_t block, first;
    float *values;
};
void maps_copy(struct view from, struct view to, size_t channels, size_t batch);

#endif
