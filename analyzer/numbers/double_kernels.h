/* double_kernels.h -- inner loops of the double engine, private to it.
 *
 * One source, double_kernels.inc, is compiled twice: for any x86-64 and for
 * AVX-512; engine_double.c chooses at run time.  All of these must be called
 * with rounding upward, FTZ and DAZ off.  "ends" are -lower and upper values. */
#ifndef NUMBERS_DOUBLE_KERNELS_H
#define NUMBERS_DOUBLE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* Weights are packed in panels of this many outputs: panel[k][PANEL]. */
#define PANEL 32

/* `rows` input rows; a row is `runs` pieces of `length` values, `stride` apart;
 * row i begins at x + at[i]. */
struct gemm_rows {
    const double *x;
    const size_t *at;
    size_t rows, runs, length, stride;
    int sparse; /* enough zeros among x that looking for them pays */
};

/* Sums over rows of weights, and what a box makes of them. */
struct drive_sums {
    const double *sum, *magnitude, *open_sum, *open_magnitude;
    double relative, gamma, outer, inner;
};

struct double_kernels {
    const char *name;

    /* out[i][0..PANEL) += sum over the row's values x[k] * panel[k][..], each
     * sum taken in the order of k, rounded up (or, as a sum rounded in any
     * direction, within gamma).  `lanes` outputs (a multiple of 8) are real. */
    void (*gemm)(const struct gemm_rows *rows, const double *panel, size_t lanes, double *out);

    /* Centre-radius operands p and q from ends, for zeta and gamma (see
     * engine_double.h): element i of p and q is made from neg[i], hi[i]. */
    void (*centre_radius)(const double *neg, const double *hi, size_t count, double zeta,
                          double gamma, double *p, double *q);

    /* Ends of mid +- rad; what is not finite becomes [-inf, inf]. */
    void (*from_mid_rad)(const double *mid, const double *rad, size_t count, double *neg,
                         double *hi);

    /* x := relu(x), over both rows of ends. */
    void (*relu)(double *neg, double *hi, size_t count);

    /* Ends of the maximum of `size` x `size` windows, channels innermost. */
    void (*maxpool)(const double *neg, const double *hi, size_t height, size_t width,
                    size_t channels, size_t size, double *out_neg, double *out_hi);

    /* sum[i] += w[row][i] and magnitude[i] += |w[row][i]| over listed rows. */
    void (*sum_rows)(const float *w, size_t columns, const uint16_t *list, size_t listed,
                     double *sum, double *magnitude);

    /* sum[i] += v w[i], magnitude[i] += |v| |w[i]|. */
    void (*scale_row)(const float *w, double v, size_t columns, double *sum, double *magnitude);

    /* mid[i] += sum of p[k] w[row][i], rad[i] += sum of q[k] |w[row][i]| over
     * listed rows, row = list[k], q >= 0. */
    void (*sum_traces)(const float *w, size_t columns, const uint16_t *list, size_t listed,
                       const double *p, const double *q, double *mid, double *rad);

    /* Ends += the product of a row's intervals, of any sign, and [-x_neg, x_hi]. */
    void (*add_products)(const double *w_neg, const double *w_hi, size_t count, double x_neg,
                         double x_hi, double *neg, double *hi);

    /* y[i] := drive[owner[i]] + r[i] on ends. */
    void (*add_owned)(double *y, const double *drive, const uint32_t *owner, const double *r,
                      size_t count);

    /* y[i] := x[from[i]]. */
    void (*pick)(double *y, const double *x, const uint32_t *from, size_t count);

    /* y[i] := the greatest x[member[k]] over start[i] <= k < start[i + 1]. */
    void (*greatest)(double *y, const double *x, const uint32_t *member, const uint32_t *start,
                     size_t count);

    /* ends[i] += row[i]. */
    void (*add_row)(const double *row, size_t count, double *ends);

    /* Ends += what sums of w and |w| say: [-1, 1] relative magnitude + sum for
     * the spikes that fire, and for the open ones up to outer times the positive
     * weights plus inner times the negative ones, each half of open_magnitude
     * +- open_sum, themselves off by gamma open_magnitude. */
    void (*gather)(double *neg, double *hi, const struct drive_sums *sums, size_t count);

    /* y := a x + c z on ends, a in [al, ah] >= 0, c in [cl, ch] >= 0. */
    void (*combine)(double *y, double al, double ah, const double *x, double cl, double ch,
                    const double *z, size_t count);

    /* y := a x + added[s] on ends, s = spikes[i] an enum spike, or 0 where spikes is NULL. */
    void (*leak)(double *y, double al, double ah, const double *x, const double added[4],
                 const uint8_t *spikes, size_t count);

    /* What is known of v > b, from the ends of both (an enum above each). */
    void (*compare)(const double *v_neg, const double *v_hi, const double *b_neg,
                    const double *b_hi, uint8_t *result, size_t count);
};

extern const struct double_kernels double_portable;
extern const struct double_kernels double_avx512;

#endif
