/* interval_run.h -- one shard of interval.h; serial, and private to interval.c. */
#ifndef NETWORK_INTERVAL_RUN_H
#define NETWORK_INTERVAL_RUN_H

#include "interval.h"
#include "onednn.h"
#include "pool.h"

/* A layer with weights, on boxes, up to the input of the next one. */
struct affine {
    struct layer layer;
    size_t in_count, out_count;       /* per sample */
    struct linear *middle, *spread;   /* the two products */
    float *in[2], *din[2];            /* c + zeta r and r + zeta c; din NULL for the first layer */
    float *out[2], *dout[2];          /* middle and radius, then lower and upper end */
    float *size, *bias_size;          /* |W|, zeta |b| */
    float *dsize, *dbias_size;

    int pooled, flattened;            /* what lies between here and the next layer */
    struct pool pool;
    uint16_t *winner[2];
    float *kept[2], *dkept[2];        /* ends after ReLU and pooling: `kept_count` per sample */
    size_t kept_count, block;
};

struct interval_run {
    const struct network *network;
    size_t batch, count, affines;
    double zeta;
    struct layer layers[NETWORK_LAYERS]; /* the network's, cropped */
    struct affine affine[NETWORK_LAYERS];
    const struct layer *last;
    float *box[2], *dbox[2];          /* c and r that go into the last layer */
    uint8_t *labels;
    float *one;                       /* a map at work */
};

struct interval_run *interval_run_new(const struct network *network, size_t batch);
void interval_run_free(struct interval_run *run);
void interval_run_forward(struct interval_run *run, const float *theta, double zeta,
                          const float *inputs, const uint8_t *labels, size_t count,
                          float *margins);
void interval_run_backward(struct interval_run *run, const float *theta, size_t count,
                           const float *dmargins, float *gradient);

/* The last layer's joint bound of one sample, and the gradient of it: into dbox, and added to
 * the layer's weights and biases.  box: c and r of the `inputs` values that go in. */
struct readout {
    const float *weight, *bias;
    size_t inputs, classes;
    float zeta;
};
void interval_margins(const struct readout *readout, const float *c, const float *r, size_t label,
                      float *margins);
void interval_margins_back(const struct readout *readout, const float *c, const float *r,
                           size_t label, const float *dmargins, float *dc, float *dr,
                           float *dweight, float *dbias);

#endif
