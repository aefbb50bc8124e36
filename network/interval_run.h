/* interval_run.h -- one shard of interval.h; serial, and private to interval.c. */
#ifndef NETWORK_INTERVAL_RUN_H
#define NETWORK_INTERVAL_RUN_H

#include "interval.h"
#include "onednn.h"
#include "pool.h"

/* How layers with weights, but the last, hang together. */
struct route_step {
    size_t layer;
    int from;                  /* the step whose kept values it reads; -1: the input */
    int with;                  /* the step whose kept values are added before its ReLU; -1: none: */
    size_t stride, before;     /* every stride-th row and column, behind `before` channels of 0 */
    const struct layer *pool;  /* or NULL */
    int flattened;
};
struct interval_route {
    size_t count;
    struct route_step step[NETWORK_LAYERS];
    int averaged;              /* the last layer reads the means of the last step's maps */
};
/* Returns 0, or -1 if the network cannot be bounded (interval_fits). */
int interval_route(const struct network *network, struct interval_route *route);

/* A layer with weights, on boxes, up to what its ReLU and pooling leave. */
struct affine {
    struct layer layer;
    struct route_step step;
    size_t in_count, out_count;       /* per sample */
    struct linear *middle, *spread;   /* the two products */
    float *in[2], *din[2];            /* c + zeta r and r + zeta c; din NULL for the first layer */
    float *out[2], *dout[2];          /* middle and radius, then lower and upper end */
    float *size, *bias_size;          /* |W|, zeta |b| */
    float *dsize, *dbias_size;

    int pooled;
    struct pool pool;
    uint16_t *winner[2];
    float *kept[2], *dkept[2];        /* ends after ReLU and pooling: `kept_count` per sample */
    size_t kept_count, block;
};

struct interval_run {
    const struct network *network;
    size_t batch, count, affines;
    int averaged;                     /* as the route has it */
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

/* Shortcuts (interval_join.c): the kept values of `other` are added to both ends of a's, and back. */
void interval_shortcut(const struct interval_run *run, struct affine *a, const struct affine *other);
void interval_shortcut_back(const struct interval_run *run, const struct affine *a,
                            struct affine *other);
/* The means of the last maps, as c and r in run->box, and back. */
void interval_average(struct interval_run *run);
void interval_average_back(struct interval_run *run);

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
