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

/* One input position of every row of a tile, times up to 32 outputs. */
static inline __attribute__((always_inline)) void
multiply_add(const double *const x[TILE], size_t k, const double *weights,
             __m512d sum[TILE][4], const int rows, const int groups)
{
    __m512d w[4];
    for (int j = 0; j < groups; j++)
        w[j] = _mm512_load_pd(weights + 8 * j);
    for (int i = 0; i < rows; i++) {
        __m512d value = _mm512_set1_pd(x[i][k]);
        for (int j = 0; j < groups; j++)
            sum[i][j] = _mm512_fmadd_pd(value, w[j], sum[i][j]);
    }
}

/* Positions in [from, from + 8) where some row is not zero; NaN is not zero. */
static inline __attribute__((always_inline)) unsigned
alive(const double *const x[TILE], size_t from, size_t length, const int rows)
{
    __mmask8 inside = (__mmask8)(length - from >= 8 ? 0xff : (1u << (length - from)) - 1);
    __mmask8 some = 0;
    for (int i = 0; i < rows; i++)
        some |= _mm512_mask_cmp_pd_mask(inside, _mm512_maskz_loadu_pd(inside, x[i] + from),
                                        _mm512_setzero_pd(), _CMP_NEQ_UQ);
    return some;
}

/* A zero times a finite weight adds nothing: after a ReLU many are zero for all
 * rows of a tile at once, whose windows overlap. */
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
        if (!g->sparse) {
            for (size_t k = 0; k < g->length; k++)
                multiply_add(x, k, panel + k * PANEL, sum, rows, groups);
        } else {
            for (size_t from = 0; from < g->length; from += 8)
                for (unsigned left = alive(x, from, g->length, rows); left; left &= left - 1) {
                    size_t k = from + (size_t)__builtin_ctz(left);
                    multiply_add(x, k, panel + k * PANEL, sum, rows, groups);
                }
        }
        panel += g->length * PANEL;
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
