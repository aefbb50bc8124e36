/* double_portable.c -- the double engine's loops for any machine. */
#include "double_kernels.h"

#include <math.h>
#include <string.h>

#define KERNELS double_portable
#define KERNELS_NAME "portable"

/* One input value times one group of eight weights. */
static inline void multiply_add(double *sum, double x, const double *w)
{
    for (int lane = 0; lane < 8; lane++)
        sum[lane] += x * w[lane];
}

static void gemm_row(const struct gemm_rows *g, size_t row, const double *panel, size_t group,
                     double *out)
{
    double sum[8];
    memcpy(sum, out, sizeof sum);
    const double *w = panel + 8 * group;
    for (size_t run = 0; run < g->runs; run++) {
        const double *x = g->x + g->at[row] + run * g->stride;
        for (size_t k = 0; k < g->length; k++, w += PANEL)
            multiply_add(sum, x[k], w);
    }
    memcpy(out, sum, sizeof sum);
}

static void gemm(const struct gemm_rows *g, const double *panel, size_t lanes, double *out)
{
    for (size_t row = 0; row < g->rows; row++)
        for (size_t group = 0; group < lanes / 8; group++)
            gemm_row(g, row, panel, group, out + row * PANEL + 8 * group);
}

static void sum_rows(const float *w, size_t columns, const uint16_t *list, size_t listed,
                     double *sum, double *magnitude)
{
    for (size_t j = 0; j < listed; j++) {
        const float *row = w + (size_t)list[j] * columns;
        for (size_t i = 0; i < columns; i++) {
            double value = row[i];
            sum[i] += value;
            magnitude[i] += fabs(value);
        }
    }
}

static void scale_row(const float *w, double v, size_t columns, double *sum, double *magnitude)
{
    double size = fabs(v);
    for (size_t i = 0; i < columns; i++) {
        double value = w[i];
        sum[i] += v * value;
        magnitude[i] += size * fabs(value);
    }
}

static void sum_traces(const float *w, size_t columns, const uint16_t *list, size_t listed,
                       const double *p, const double *q, double *mid, double *rad)
{
    for (size_t k = 0; k < listed; k++) {
        const float *row = w + (size_t)list[k] * columns;
        for (size_t i = 0; i < columns; i++) {
            double value = row[i];
            mid[i] += p[k] * value;
            rad[i] += q[k] * fabs(value);
        }
    }
}

/* Overflow and NaN give up on the number: an infinite end. */
static inline double sound_end(double end)
{
    return fabs(end) < INFINITY ? end : INFINITY;
}

static void gather(double *neg, double *hi, const struct drive_sums *s, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double spread = s->relative * s->magnitude[i];
        double off = s->open_magnitude[i] + s->gamma * s->open_magnitude[i];
        double positive = 0.5 * (off + s->open_sum[i]), negative = 0.5 * (off - s->open_sum[i]);
        double up = s->outer * positive + s->inner * negative;
        double down = s->outer * negative + s->inner * positive;
        neg[i] = sound_end(neg[i] + (spread - s->sum[i] + down));
        hi[i] = sound_end(hi[i] + (spread + s->sum[i] + up));
    }
}

static void combine(double *y, double al, double ah, const double *x, double cl, double ch,
                    const double *z, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double a = al * x[i], b = ah * x[i], c = cl * z[i], d = ch * z[i];
        y[i] = sound_end((a > b ? a : b) + (c > d ? c : d));
    }
}

static void leak(double *y, double al, double ah, const double *x, const double added[4],
                 const uint8_t *spikes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double a = al * x[i], b = ah * x[i];
        y[i] = sound_end((a > b ? a : b) + added[spikes ? spikes[i] & 3 : 0]);
    }
}

static void compare(const double *v_neg, const double *v_hi, const double *b_neg,
                    const double *b_hi, uint8_t *result, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int never = v_hi[i] <= -b_neg[i], always = -v_neg[i] > b_hi[i];
        result[i] = never ? 1 : always ? 2 : 3;
    }
}

#include "double_kernels.inc"
