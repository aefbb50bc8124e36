/* lsnn_run.h -- what lsnn.c, lsnn_forward.c and lsnn_backward.c share.
 *
 * Rows over units are padded with zeros to a multiple of 64, so that a row is
 * a whole number of 64-bit spike words and of vectors.  Padded units have no
 * weights, never spike and get no gradient. */
#ifndef NETWORK_LSNN_RUN_H
#define NETWORK_LSNN_RUN_H

#include <stdint.h>

#include "lanes.h"
#include "lsnn.h"

#define LSNN_WORD 64
#define LSNN_FRAMES 4 /* steps whose input currents are computed at once */
#define LSNN_GROUP 32 /* samples that go back through time together: bits of a mask */

struct lsnn_width;

struct lsnn_run {
    const struct network *network; /* borrowed */
    size_t batch, count;           /* capacity; samples of the last forward */
    size_t steps, inputs, units, classes;
    size_t words, stride; /* stride = 64 words */
    float rho_v, drive_v; /* rho_V and 1 - rho_V */
    float rho_b, drive_b;
    float beta, b0;
    int refractory, adapted;

    float *w_in, *w_rec; /* [inputs or units, stride]: times 1 - rho_V */
    uint64_t *real;      /* [words] the units that exist */

    /* What forward leaves, slots t = 0..T. */
    float *v, *b;             /* [batch, steps + 1, stride]: V_t and B_t */
    uint64_t *spikes, *alive; /* [batch, steps + 1, words]: o_t; surrogate not zero */
    float *counts;            /* [batch, stride]: spikes */
    float *currents;          /* [LSNN_FRAMES, stride]: (1 - rho_V) x_t W_in */
    float *adaptation;        /* [stride]: b_t of the sample at work */
    uint32_t *sources;        /* [units]: who spiked */

    /* Work of backward: one row per sample of a group. */
    float *lambda, *mu;    /* [group, stride]: dL/dV_{t+1}, dL/db_{t+1} */
    float *direct, *error; /* [group, stride]: readout's and recurrent part of dL/do */
    float *d_in, *d_rec;   /* [inputs or units, stride], not yet times 1 - rho_V */
    uint32_t *who_spiked, *who_lives; /* [stride]: samples, as bits */

    struct lsnn_width *width; /* the penalty's, NULL while there is none */
};

static inline size_t lsnn_slot(const struct lsnn_run *run, size_t sample, size_t t)
{
    return sample * (run->steps + 1) + t;
}

/* The lanes of vector `v` of a row, out of its spike words. */
static inline uint16_t lsnn_lanes(const uint64_t *words, size_t v)
{
    return (uint16_t)(words[v / 4] >> (v % 4 * LANES));
}

#endif
