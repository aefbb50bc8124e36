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

#include "double_kernels.inc"
