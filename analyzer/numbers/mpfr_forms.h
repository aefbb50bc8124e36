/* mpfr_forms.h -- linear forms of the mpfr engine, private to mpfr_forms*.c. */
#ifndef NUMBERS_MPFR_FORMS_H
#define NUMBERS_MPFR_FORMS_H

#include "mpfr_store.h"

/* As in double_forms.h, but for an upper end kept as it is. */
struct forms {
    int bits;
    size_t rows, count;
    int interval;
    struct mpfr_row lo, hi; /* [rows][count] and more */
};

/* Ends of every weight and bias, [outputs][channel][kernel row][kernel column]. */
struct form_weights {
    int bits;
    const struct layer *layer;
    size_t outputs, depth;
    struct mpfr_row lo, hi, bias_lo, bias_hi;
};

/* Numbers to compute with, all of one precision. */
#define MPFR_DESK 6
struct mpfr_desk {
    mpfr_t at[MPFR_DESK];
};
void mpfr_desk_init(struct mpfr_desk *desk, int bits);
void mpfr_desk_clear(struct mpfr_desk *desk);

/* sum += a b, rounded down; `product` is overwritten. */
void mpfr_add_down(mpfr_t sum, mpfr_srcptr a, mpfr_srcptr b, mpfr_t product);

/* sum := the less of it and x; NaN if either is. */
void mpfr_least(mpfr_t sum, mpfr_srcptr x);

struct form_weights *mpfr_form_weights_new(const struct engine *, const struct network *,
                                           const struct layer *, const struct box *);
void mpfr_form_weights_free(struct form_weights *);
void mpfr_form_dense(const struct form_weights *, const struct forms *from, struct forms *to,
                     struct forms *constants);
void mpfr_form_conv(const struct conv_rule *, const struct forms *from, struct forms *to,
                    struct forms *constants);
void mpfr_form_conv_point(const struct conv_rule *, const struct forms *from,
                          struct forms *constants);

extern const struct form_kernels mpfr_form_kernels;

#endif
