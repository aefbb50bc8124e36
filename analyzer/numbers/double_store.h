/* double_store.h -- how the double engine keeps intervals and parameters;
 * private to the engine_double.c family. */
#ifndef NUMBERS_DOUBLE_STORE_H
#define NUMBERS_DOUBLE_STORE_H

#include "box_ends.h"
#include "double_kernels.h"
#include "kernels.h"
#include "rounding.h"

/* `count` intervals.  A map of several channels is kept channels innermost,
 * because convolutions read it so; `channels` and `plane` (rows x columns) say
 * how, per sample.  Everybody outside sees [channel][row][column]. */
struct intervals {
    size_t count, channels, plane;
    double *neg; /* -lower ends [count] */
    double *hi;  /* upper ends  [count], = neg + count */
};

enum weights_form {
    FORM_CENTRE_RADIUS, /* W and |W|: relative box, zeta <= 1 */
    FORM_ENDS           /* positive and negative parts of both ends */
};

/* Parts of packed weights; FORM_CENTRE_RADIUS uses the first two as W and |W|. */
enum part { LOWER_POSITIVE, LOWER_NEGATIVE, UPPER_POSITIVE, UPPER_NEGATIVE, PARTS };

struct weights {
    enum weights_form form;
    double zeta;  /* rounded up; relative boxes */
    double gamma; /* rounding of a sum of `depth` products, relative to their sizes */

    /* layers: panel[part][output panel][depth][PANEL] */
    const struct layer *layer;
    size_t outputs, panels, depth;
    double *panel[PARTS];
    double *start[2]; /* per output: initial mid and rad, or -lower and upper */

    /* matrices of a spiking layer */
    size_t rows, columns;
    float *values;                       /* FORM_CENTRE_RADIUS, owned */
    double *neg, *hi, *open_neg, *open_hi; /* FORM_ENDS: [rows][columns] */
    double *own_neg, *own_hi;              /* synapses: the diagonal's ends, NULL where all 0 */

    /* readouts: ends of the weights [classes][inputs] and biases [classes] */
    size_t classes, inputs, divisor;
    double *weight_neg, *weight_hi, *bias_neg, *bias_hi;
};

struct scalar {
    double lower, upper;
};

/* The loops in use. */
extern const struct double_kernels *double_loops;

/* This thread's working memory, at least `count` values, 64-byte aligned;
 * `slot` keeps simultaneous uses apart.  Grows on first use only. */
enum scratch_slot { SCRATCH_FIRST, SCRATCH_SECOND, SCRATCH_THIRD, SCRATCH_FOURTH,
                    SCRATCH_TILE, SCRATCH_TILE_RADIUS, SCRATCH_SLOTS };
double *double_scratch(enum scratch_slot slot, size_t count);

struct weights *double_layer_new(const struct engine *, const struct network *,
                                 const struct layer *, const struct box *);
void double_layer(const struct weights *, const struct intervals *x, struct intervals *y,
                  size_t batch);

struct weights *double_matrix_new(const struct engine *, const float *values, size_t rows,
                                  size_t columns, const struct box *);
void double_drive_inputs(const struct weights *, const float *values, struct intervals *y);
void double_drive_spikes(const struct weights *, const uint8_t *spikes, struct intervals *y);
void double_combine(struct intervals *y, const struct scalar *a, const struct intervals *x,
                    const struct scalar *c, const struct intervals *z, size_t count);
void double_offset(struct intervals *y, const struct scalar *a, const struct scalar *c,
                   const struct intervals *x, size_t count);
void double_leak_and_add(struct intervals *y, const struct scalar *a, const struct scalar *c,
                         const uint8_t *spikes, size_t count);
void double_subtract_where(struct intervals *y, const uint8_t *spikes,
                           const struct intervals *z, size_t count);
void double_compare(const struct intervals *v, const struct intervals *b, uint8_t *result,
                    size_t count);

void double_scalar_cover(struct scalar *scalar, const struct constant *constant);
void double_scalar_loosen(struct scalar *scalar, double relative, double absolute);
void double_hull(struct intervals *y, const struct intervals *x, size_t count);
void double_spread(struct intervals *y, const struct intervals *x, double scale, double offset,
                   size_t count);

struct weights *double_synapses_new(const struct engine *, const float *values, size_t units,
                                    const struct box *);
void double_drive_traces(const struct weights *, const struct intervals *x, struct intervals *y);
void double_membrane(const struct weights *, const struct intervals *drive,
                     const uint32_t *owner, const struct intervals *x, const struct intervals *r,
                     struct intervals *y, size_t count);
void double_pick(struct intervals *y, const struct intervals *x, const uint32_t *from,
                 size_t count);
void double_hulls(struct intervals *y, const struct intervals *x, const uint32_t *member,
                  const uint32_t *start, size_t count);

struct weights *double_readout_new(const struct engine *, const float *weight,
                                   const float *bias, size_t classes, size_t inputs,
                                   int transposed, size_t divisor, const struct box *);
void double_readout(const struct weights *, const struct intervals *x, size_t first,
                    int label, struct margins *result);

#endif
