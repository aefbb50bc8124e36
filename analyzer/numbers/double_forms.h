/* double_forms.h -- linear forms of the double engine, private to the
 * double_forms.c family.
 *
 * Everything here runs with rounding downward: coefficients and constants are
 * lower ends, and an upper end is kept negated, as the lower end of its
 * negative.  The loops are compiled twice, for any machine and for AVX-512. */
#ifndef NUMBERS_DOUBLE_FORMS_H
#define NUMBERS_DOUBLE_FORMS_H

#include "forms.h"

struct forms {
    size_t rows, count;
    int interval;
    double *lo;  /* [rows][count]: the coefficient, or its lower end */
    double *neg; /* [rows][count]: minus its upper end, where interval */
    size_t capacity[2];
};

/* Ends of every weight.  dense: [outputs][depth], conv: [outputs][kernel row][kernel
 * column][channel], a point's conv: [outputs][patch], its bias among the weights. */
struct form_weights {
    const struct layer *layer;
    int point;     /* a convolution of the network's input */
    int unbounded; /* some end is infinite */
    size_t outputs, depth; /* depth: values per output, a multiple of FORM_LANES */
    double *lo, *hi;       /* [outputs][depth] */
    double *bias_lo, *bias_hi; /* [outputs] */
};

/* A coefficient that is not zero, and where its window begins in the input; for
 * a point's convolution `row` is the place of the patch. */
struct item {
    double value;
    int32_t row, column;
};

/* Items of some rows, sorted by output: those of output o of row r are
 * items[begin[r * (outputs + 1) + o] .. begin[r * (outputs + 1) + o + 1]). */
struct items {
    size_t rows, outputs;
    const struct item *items;
    const uint32_t *begin;
};

struct form_loops {
    /* out[r][k] += sum over row r's items of value (value > 0 ? lo : hi)[item.row][k]. */
    void (*dense)(const struct items *items, const double *lo, const double *hi, size_t depth,
                  double *out);

    /* B4 for the listed rows: to[r] (window of the input grid), constants[r]. */
    void (*conv)(const struct conv_rule *rule, const struct items *items, struct forms *to,
                 size_t first_row, double *constants);

    /* B5 for the listed rows. */
    void (*conv_point)(const struct conv_rule *rule, const struct items *items,
                       double *constants);

    /* out[i] += what x[i] becomes; returns what the constant gains.  `at` is where x
     * begins in the relaxation's tables. */
    double (*relax)(const struct relaxation *table, size_t at, size_t count, const double *x,
                    double *out);

    /* 0 where all x are finite, NaN otherwise. */
    double (*poison)(const double *x, size_t count);
};

extern const struct form_loops form_portable, form_avx512;

/* Those of this machine. */
const struct form_loops *double_form_loops(void);

/* No bound comes out of a layer with weights that double cannot hold. */
void double_forms_give_up(const struct form_weights *weights, struct forms *constants);

/* forms.h, conv and conv_point; double_forms_conv.c. */
void double_forms_conv(const struct conv_rule *rule, const struct forms *from, struct forms *to,
                       struct forms *constants);
void double_forms_conv_point(const struct conv_rule *rule, const struct forms *from,
                             struct forms *constants);

extern const struct form_kernels double_form_kernels;

#endif
