/* audit_linear.h -- the auditor's backward substitution; private to audit_linear*.c.
 *
 * Everything is an upper bound, rounded upward: q <= sum_i c_i v_i + constant, for every
 * parameter vector in the box.  What a quantity is at least is minus what its negative is
 * at most.  Values are kept [row][column][channel]. */
#ifndef CERTS_AUDIT_LINEAR_H
#define CERTS_AUDIT_LINEAR_H

#include <stdint.h>

#include "audit_network.h"

/* a = max(0, the values of a window) for one unit of one window:
 *   a >= v at place `below` if `follows`, else a >= 0;
 *   a <= max(v, others) + excess, v the value at place `above`. */
struct line {
    uint32_t below, above;
    int follows;
    double others, excess;
};

/* A dense or convolution layer, and the ReLU or pooling (of max(0, .)) behind it.  A dense
 * layer is a convolution whose kernel covers all that it reads. */
struct stage {
    const struct layer *layer;
    size_t index;                             /* of the layer in the network */
    size_t rows, columns, channels;           /* of what it reads, with the padding */
    size_t top, left, kernel_rows, run, taps; /* run: taps of one row of the kernel */
    size_t stride;
    size_t height, width, units; /* of its values, without those that pooling drops */
    size_t size;                 /* of pooling windows; 1: a ReLU alone */
    int relu;
    struct spans reads;         /* [rows][columns][channels] */
    struct spans weights, bias; /* [units][kernel row, kernel column, channel], [units] */
    struct spans values;        /* [height][width][units] */
    struct line *lines;         /* [window row][window column][units] */
};

/* The network as stages, with the weights' intervals.  Returns 0, or -1 with the reason if it
 * is not such a chain.  stages_clear releases. */
struct stages {
    size_t count;
    struct stage stage[NETWORK_LAYERS];
};
int stages_make(struct stages *stages, const struct audit_network *a, const float *input,
                struct fault *fault) __attribute__((warn_unused_result));
void stages_clear(struct stages *stages);

static inline size_t stage_windows(const struct stage *s)
{
    return (s->height / s->size) * (s->width / s->size);
}

/* The place of a window's i-th member, row by row. */
static inline size_t stage_member(const struct stage *s, size_t window, size_t i)
{
    size_t across = s->width / s->size;
    return (window / across * s->size + i / s->size) * s->width + window % across * s->size +
           i % s->size;
}

/* Where in `reads` the window of the stage before is; where the kernel's first tap meets the
 * reads for a place. */
static inline size_t stage_read(const struct stage *s, size_t across, size_t window)
{
    return ((window / across + s->top) * s->columns + window % across + s->left) * s->channels;
}
static inline size_t stage_corner(const struct stage *s, size_t place)
{
    return (place / s->width * s->columns + place % s->width) * s->stride * s->channels;
}

/* What max(v, others) + excess is at most for v = e. */
static inline double line_at(const struct line *l, double e)
{
    return audit_max(e, l->others) + l->excess;
}

/* value times unit's value at a place. */
struct term {
    size_t place, unit;
    double value;
};

/* One sample's rows.  A row is terms by rising unit, and a constant. */
struct rows {
    const struct stages *stages;
    struct term *terms;
    size_t count;
    double constant;
    double *coefficients;         /* on what a stage reads */
    struct spans gathered;        /* [taps] */
    double *tilted;               /* [taps] */
    uint64_t choice, one_in; /* which rows MPFR looks at, by hash, and one in how many */
    uint64_t asked;          /* rows so far */
    int disputed;                 /* MPFR found a step that does not hold */
};
void rows_make(struct rows *rows, const struct stages *stages, uint64_t choice);
void rows_clear(struct rows *rows);

/* An upper bound of sum of terms times the values of stage k; as soon as one is at most
 * `goal`, that one. */
double rows_bound(struct rows *rows, size_t k, const struct term *terms, size_t count,
                  double goal);

/* A second opinion, in MPFR, exactly: does a step of a row hold at a corner of the bounds, chosen
 * by a hash, with the weights that are worst there?  The row is as it was `before`, and as it is
 * now.  spot_lines: through the lines of stage k. */
#define SPOT_ONE_IN 256 /* rows */
struct row_before {
    struct term *terms;
    size_t count;
    double constant;
};
uint64_t spot_hash(uint64_t choice, uint64_t i);
int spot_layer(const struct rows *rows, size_t k, const struct row_before *before, uint64_t hash);
int spot_lines(const struct rows *rows, size_t k, double constant_before, uint64_t hash);

#endif
