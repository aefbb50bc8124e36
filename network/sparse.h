/* sparse.h -- gradients of a convolution right before a maximum pooling; private
 * to feedforward.c.
 *
 * Only the winner of a pooling window, and only if it passed the ReLU, has a
 * gradient: of a 2x2 window's four outputs at most one.  The gradients of weights
 * and input are sums over those winners alone, several times less work than the
 * dense products.  Serial; sums are taken in an order fixed by the winners. */
#ifndef NETWORK_SPARSE_H
#define NETWORK_SPARSE_H

#include <stddef.h>
#include <stdint.h>

#include "pool.h"
#include "specs/network.h"

struct sparse;

/* Whether this convolution can be done here: maps in blocks of sixteen channels
 * on both sides, or a first layer (wants_input 0), whose input is plain. */
int sparse_fits(const struct layer *conv, size_t in_block, size_t out_block, int wants_input);

/* Workspace for one sample at a time; the layer and the pool are borrowed. */
struct sparse *sparse_new(const struct layer *conv, const struct pool *pool, size_t in_block);
void sparse_free(struct sparse *sparse);

/* For `batch` samples with the convolution's input `in` and weights `weight`
 * [out, in, kernel height, kernel width], the pooling's winners and the gradient of
 * its output: gradients of weight, bias (both overwritten) and, where din is not
 * NULL, the input. */
void sparse_backward(struct sparse *sparse, size_t batch, const float *weight, const float *in,
                     const uint16_t *winner, const float *dpooled, float *din, float *dweight,
                     float *dbias);

#endif
