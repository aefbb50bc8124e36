/* double_avx512.c -- the double engine's loops for AVX-512.
 *
 * The products of gemm are fused multiply-adds on a register tile of 6 rows by
 * up to 32 outputs: 24 accumulators, and per input value 4 loads of weights
 * and 6 broadcasts. */
#include "double_kernels.h"

#include <immintrin.h>
#include <math.h>

#define KERNELS double_avx512
#define KERNELS_NAME "avx512"
#define TILE 6

static inline __attribute__((always_inline)) void
tile(const struct gemm_rows *g, size_t first, const double *panel, double *out,
     const int rows, const int groups)
{
    __m512d sum[TILE][4];
    const double *x[TILE];
    for (int i = 0; i < rows; i++) {
        x[i] = g->x + g->at[first + (size_t)i];
        for (int j = 0; j < groups; j++)
            sum[i][j] = _mm512_loadu_pd(out + i * PANEL + 8 * j);
    }
    for (size_t run = 0; run < g->runs; run++) {
        for (size_t k = 0; k < g->length; k++, panel += PANEL) {
            __m512d w[4];
            for (int j = 0; j < groups; j++)
                w[j] = _mm512_load_pd(panel + 8 * j);
            for (int i = 0; i < rows; i++) {
                __m512d value = _mm512_set1_pd(x[i][k]);
                for (int j = 0; j < groups; j++)
                    sum[i][j] = _mm512_fmadd_pd(value, w[j], sum[i][j]);
            }
        }
        for (int i = 0; i < rows; i++)
            x[i] += g->stride;
    }
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < groups; j++)
            _mm512_storeu_pd(out + i * PANEL + 8 * j, sum[i][j]);
}

static inline __attribute__((always_inline)) void
tile_rows(const struct gemm_rows *g, size_t first, const double *panel, double *out,
          size_t left, const int groups)
{
    switch (left) {
    case 1: tile(g, first, panel, out, 1, groups); break;
    case 2: tile(g, first, panel, out, 2, groups); break;
    case 3: tile(g, first, panel, out, 3, groups); break;
    case 4: tile(g, first, panel, out, 4, groups); break;
    case 5: tile(g, first, panel, out, 5, groups); break;
    default: tile(g, first, panel, out, TILE, groups); break;
    }
}

static void gemm(const struct gemm_rows *g, const double *panel, size_t lanes, double *out)
{
    for (size_t first = 0; first < g->rows; first += TILE) {
        size_t left = g->rows - first;
        double *tile_out = out + first * PANEL;
        switch (lanes / 8) {
        case 1: tile_rows(g, first, panel, tile_out, left, 1); break;
        case 2: tile_rows(g, first, panel, tile_out, left, 2); break;
        case 3: tile_rows(g, first, panel, tile_out, left, 3); break;
        default: tile_rows(g, first, panel, tile_out, left, 4); break;
        }
    }
}

#include "double_kernels.inc"
