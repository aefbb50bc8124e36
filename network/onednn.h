/* onednn.h -- layers with weights, done by oneDNN; private to feedforward.c.
 *
 * A linear is one dense or convolution layer at a fixed batch size, in one
 * shard: its three products (forward, gradient of the input, gradient of the
 * weights) and the reorderings between the model's plain weights and the
 * library's own formats.  Everything runs in the calling thread. */
#ifndef NETWORK_ONEDNN_H
#define NETWORK_ONEDNN_H

#include <stddef.h>

#include "specs/network.h"

/* A convolution's output is kept in blocks of this many channels
 * ([channel / b][row][column][b]). */
size_t onednn_block(struct shape shape);

struct linear;

/* Works on `input`, a map in blocks of in_block channels, on `output` and on their
 * gradients, all [batch, ...] and borrowed for its whole life.  `dinput` may be NULL
 * when nobody wants that gradient, `doutput` when there is no linear_backward. */
struct linear *linear_new(const struct layer *layer, size_t batch, size_t in_block,
                          float *input, const float *doutput, float *output, float *dinput);
void linear_free(struct linear *linear);

/* output := W input + b; weights as in the model; bias is not looked at where
 * the layer has none, nor is dbias. */
void linear_forward(struct linear *linear, const float *weight, const float *bias);

/* dinput, and the gradients of weight and bias in the model's layout.  Uses the
 * weights given to the last linear_forward. */
void linear_backward(struct linear *linear, float *dweight, float *dbias);

#endif
