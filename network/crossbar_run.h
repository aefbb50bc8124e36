/* crossbar_run.h -- what crossbar*.c share; private to them. */
#ifndef NETWORK_CROSSBAR_RUN_H
#define NETWORK_CROSSBAR_RUN_H

#include <stdint.h>

#include "crossbar.h"

#define CROSSBAR_SHARD 8
#define CROSSBAR_BINS 32768 /* sizes by the upper half of their bits: two ends differ by 1/128 */

struct crossbar {
    const struct tiles *tiles;
    int dac_bits, adc_bits;
    int calibrated;
    float *weight;       /* [parameters] on the tiles */
    float *alpha;        /* [tiles] */
    float *dac, *adc;    /* ranges: [matrices], [tiles] */
    uint32_t *seen;      /* while calibrating: [matrices + tiles][CROSSBAR_BINS], else NULL */
};

/* Workspace of one thread. */
struct crossbar_bench {
    float *maps[NETWORK_LAYERS]; /* [CROSSBAR_SHARD][out], feed-forward */
    float *driven;               /* what the converters put on the rows */
    float *columns;              /* a convolution's windows: [rows][places] */
    float *part;                 /* a tile's outputs */
    float *current;              /* LSNN: [steps][units] */
    float *state;                /* LSNN: [3][units]: V, b, this step's current */
    uint32_t *fired;             /* LSNN: [units] step of the last spike, 0 = none */
};

/* The matrix that holds this tensor. */
const struct tiles_matrix *crossbar_matrix(const struct crossbar *c, int tensor);

/* Inputs of matrix m on their way to the rows, outputs of a tile on their way off, in place. */
void crossbar_drive(const struct crossbar *c, const struct tiles_matrix *m, float *values,
                    size_t count);
void crossbar_sense(const struct crossbar *c, size_t tile, float *values, size_t count);

/* The products of matrix m with `count` inputs, on all its tiles, without factor and bias.
 *   crossbar_rows     in [count][rows], out [count][columns]
 *   crossbar_columns  in [rows][count], out [columns][count]
 * The input has been driven; part has room for one tile's outputs. */
void crossbar_rows(const struct crossbar *c, const struct tiles_matrix *m, const float *in,
                   size_t count, float *part, float *out);
void crossbar_columns(const struct crossbar *c, const struct tiles_matrix *m, const float *in,
                      size_t count, float *part, float *out);

/* One shard. */
void crossbar_feedforward(const struct crossbar *c, struct crossbar_bench *bench,
                          const float *inputs, size_t count, float *logits);
void crossbar_lsnn(const struct crossbar *c, struct crossbar_bench *bench, const float *inputs,
                   size_t count, float *logits);

#endif
