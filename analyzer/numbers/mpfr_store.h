/* mpfr_store.h -- how the mpfr engine keeps intervals and parameters; private to
 * the engine_mpfr.c family. */
#ifndef NUMBERS_MPFR_STORE_H
#define NUMBERS_MPFR_STORE_H

#include <mpfr.h>

#include "box_ends.h"
#include "kernels.h"
#include "rounding.h"
#include "specs/fault.h"

/* A row of numbers whose digits stand in one block of memory. */
struct mpfr_row {
    size_t count;
    mpfr_t *at;
    void *digits;
};
void mpfr_row_init(struct mpfr_row *row, size_t count, int bits);
void mpfr_row_clear(struct mpfr_row *row);

struct intervals {
    size_t count;
    int bits;
    struct mpfr_row lo, hi;
};

struct weights {
    int bits;
    const struct layer *layer;
    size_t rows, columns;      /* matrices: as stored; layers: outputs, depth */
    struct mpfr_row lo, hi;    /* ends of every weight */
    struct mpfr_row bias_lo, bias_hi;
    struct mpfr_row own_lo, own_hi; /* synapses: the diagonal */
    size_t classes, inputs, divisor; /* readouts: weights are [classes][inputs] */
};

struct scalar {
    mpfr_t lo, hi;
};

/* An interval to compute with. */
struct mpfr_pair {
    mpfr_t lo, hi;
};
void mpfr_pair_init(struct mpfr_pair *pair, int bits);
void mpfr_pair_clear(struct mpfr_pair *pair);

/* sum += [w][x], every corner considered that signs do not rule out; `scratch`
 * is overwritten. */
void mpfr_add_product(struct mpfr_pair *sum, mpfr_srcptr w_lo, mpfr_srcptr w_hi,
                      mpfr_srcptr x_lo, mpfr_srcptr x_hi, mpfr_t scratch[2]);

/* An end that is no number becomes infinite. */
void mpfr_sound(mpfr_t lo, mpfr_t hi);

struct weights *mpfr_layer_new(const struct engine *, const struct network *,
                               const struct layer *, const struct box *);
void mpfr_layer(const struct weights *, const struct intervals *x, struct intervals *y,
                size_t batch);
struct weights *mpfr_matrix_new(const struct engine *, const float *values, size_t rows,
                                size_t columns, const struct box *);
void mpfr_drive_inputs(const struct weights *, const float *values, struct intervals *y);
void mpfr_drive_spikes(const struct weights *, const uint8_t *spikes, struct intervals *y);
struct scalar *mpfr_scalar_new(const struct engine *, const struct constant *);
void mpfr_scalar_free(struct scalar *);
void mpfr_combine(struct intervals *y, const struct scalar *a, const struct intervals *x,
                  const struct scalar *c, const struct intervals *z, size_t count);
void mpfr_offset(struct intervals *y, const struct scalar *a, const struct scalar *c,
                 const struct intervals *x, size_t count);
void mpfr_leak_and_add(struct intervals *y, const struct scalar *a, const struct scalar *c,
                       const uint8_t *spikes, size_t count);
void mpfr_subtract_where(struct intervals *y, const uint8_t *spikes, const struct intervals *z,
                         size_t count);
void mpfr_compare(const struct intervals *v, const struct intervals *b, uint8_t *result,
                  size_t count);
void mpfr_scalar_cover(struct scalar *scalar, const struct constant *constant);
void mpfr_scalar_loosen(struct scalar *scalar, double relative, double absolute);
void mpfr_hull(struct intervals *y, const struct intervals *x, size_t count);
void mpfr_spread(struct intervals *y, const struct intervals *x, double scale, double offset,
                 size_t count);
struct weights *mpfr_synapses_new(const struct engine *, const float *values, size_t units,
                                  const struct box *);
void mpfr_drive_traces(const struct weights *, const struct intervals *x, struct intervals *y);
void mpfr_membrane(const struct weights *, const struct intervals *drive, const uint32_t *owner,
                   const struct intervals *x, const struct intervals *r, struct intervals *y,
                   size_t count);
void mpfr_pick(struct intervals *y, const struct intervals *x, const uint32_t *from,
               size_t count);
void mpfr_hulls(struct intervals *y, const struct intervals *x, const uint32_t *member,
                const uint32_t *start, size_t count);
struct weights *mpfr_readout_new(const struct engine *, const float *weight, const float *bias,
                                 size_t classes, size_t inputs, int transposed, size_t divisor,
                                 const struct box *);
void mpfr_readout(const struct weights *, const struct intervals *x, size_t first, int label,
                  struct margins *result);

#endif
