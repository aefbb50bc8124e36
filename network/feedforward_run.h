/* feedforward_run.h -- what feedforward.c and feedforward_plan.c share: a network as stages.
 *
 * A stage is one pass over memory.  Batch normalisation, addition and ReLU that follow each
 * other make one stage, at the place of the last; the others of the group are merged and
 * do nothing, and so does a ReLU that the pooling after it takes over. */
#ifndef NETWORK_FEEDFORWARD_RUN_H
#define NETWORK_FEEDFORWARD_RUN_H

#include <stdint.h>

#include "feedforward.h"
#include "join.h"
#include "onednn.h"
#include "pool.h"
#include "sparse.h"

#define NOTHING (-2) /* in place of a stage that is read */

/* Where the gradient of something read goes. */
struct edge {
    int stage;         /* read; NETWORK_INPUT or NOTHING */
    const float *in;   /* its output */
    float *into;       /* this stage's share of its gradient, or NULL when nobody wants it */
    float *sum;        /* the gradient so far, to which the share is added afterwards, or NULL */
};

struct stage {
    const struct layer *layer;
    size_t in_count, out_count; /* per sample */
    size_t in_block, block;     /* of the input's and the output's map */
    struct edge from, other;    /* other: of a join */
    float *out;                 /* [batch, out_count]; a lone ReLU's is its input's */
    int idle, in_place;         /* merged or taken over; shares its input's buffer */
    int learns, wanted;         /* parameters reach its output; its gradient is needed */
    float *dout, *more;         /* the gradient of out is their sum; more may be NULL */
    struct linear *linear;      /* dense, conv2d */
    int joins;                  /* relu, add, batchnorm */
    struct join join;
    const struct layer *norm;   /* the join's batchnorm, or NULL */
    struct pool pool;
    uint16_t *winner;
    struct sparse *sparse;          /* a convolution's gradients, or NULL */
    const struct stage *pooled_by;  /* with sparse: the pooling layer */
};

/* Memory for gradients, used again as soon as it is free. */
struct buffer {
    float *values;
    size_t size;
    int busy;
};

struct feedforward_run {
    const struct network *network;
    size_t batch, count;   /* capacity; samples of the last forward */
    size_t input_block;
    float *input;          /* [batch, features] */
    struct layer layers[NETWORK_LAYERS]; /* the network's, cropped */
    struct stage stages[NETWORK_LAYERS];
    struct buffer buffers[2 * NETWORK_LAYERS];
    size_t buffer_count;
    float *unwanted;       /* the bias gradient of a layer that has no bias */
};

/* Fill in everything of a zeroed run but network and batch. */
void feedforward_plan(struct feedforward_run *run);

#endif
