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

/* Columns whose sums stay in registers while rows go by: four groups of eight. */
#define STRIP 32

static inline __m512d widen(const float *w, __mmask8 inside)
{
    return _mm512_cvtps_pd(_mm256_maskz_loadu_ps(inside, w));
}

/* `groups` groups of eight columns, the last one's columns masked by `inside`. */
static inline __attribute__((always_inline)) void
sum_strip(const float *w, size_t columns, const uint16_t *list, size_t listed, double *sum,
          double *magnitude, const int groups, __mmask8 inside)
{
    __m512d s[4], m[4];
    for (int g = 0; g < groups; g++) {
        s[g] = _mm512_maskz_loadu_pd(inside, sum + 8 * g);
        m[g] = _mm512_maskz_loadu_pd(inside, magnitude + 8 * g);
    }
    for (size_t j = 0; j < listed; j++) {
        const float *row = w + (size_t)list[j] * columns;
        for (int g = 0; g < groups; g++) {
            __m512d value = widen(row + 8 * g, inside);
            s[g] = _mm512_add_pd(s[g], value);
            m[g] = _mm512_add_pd(m[g], _mm512_abs_pd(value));
        }
    }
    for (int g = 0; g < groups; g++) {
        _mm512_mask_storeu_pd(sum + 8 * g, inside, s[g]);
        _mm512_mask_storeu_pd(magnitude + 8 * g, inside, m[g]);
    }
}

static __mmask8 first_lanes(size_t left)
{
    return (__mmask8)(left >= 8 ? 0xff : (1u << left) - 1);
}

static void sum_rows(const float *w, size_t columns, const uint16_t *list, size_t listed,
                     double *sum, double *magnitude)
{
    size_t i = 0;
    for (; i + STRIP <= columns; i += STRIP)
        sum_strip(w + i, columns, list, listed, sum + i, magnitude + i, 4, 0xff);
    for (; i < columns; i += 8)
        sum_strip(w + i, columns, list, listed, sum + i, magnitude + i, 1,
                  first_lanes(columns - i));
}

/* As sum_strip, with a factor for each row. */
static inline __attribute__((always_inline)) void
trace_strip(const float *w, size_t columns, const uint16_t *list, size_t listed,
            const double *p, const double *q, double *mid, double *rad, const int groups,
            __mmask8 inside)
{
    __m512d m[4], r[4];
    for (int g = 0; g < groups; g++) {
        m[g] = _mm512_maskz_loadu_pd(inside, mid + 8 * g);
        r[g] = _mm512_maskz_loadu_pd(inside, rad + 8 * g);
    }
    for (size_t k = 0; k < listed; k++) {
        const float *row = w + (size_t)list[k] * columns;
        __m512d centre = _mm512_set1_pd(p[k]), radius = _mm512_set1_pd(q[k]);
        for (int g = 0; g < groups; g++) {
            __m512d value = widen(row + 8 * g, inside);
            m[g] = _mm512_fmadd_pd(centre, value, m[g]);
            r[g] = _mm512_fmadd_pd(radius, _mm512_abs_pd(value), r[g]);
        }
    }
    for (int g = 0; g < groups; g++) {
        _mm512_mask_storeu_pd(mid + 8 * g, inside, m[g]);
        _mm512_mask_storeu_pd(rad + 8 * g, inside, r[g]);
    }
}

static void sum_traces(const float *w, size_t columns, const uint16_t *list, size_t listed,
                       const double *p, const double *q, double *mid, double *rad)
{
    size_t i = 0;
    for (; i + STRIP <= columns; i += STRIP)
        trace_strip(w + i, columns, list, listed, p, q, mid + i, rad + i, 4, 0xff);
    for (; i < columns; i += 8)
        trace_strip(w + i, columns, list, listed, p, q, mid + i, rad + i, 1,
                    first_lanes(columns - i));
}

static void scale_row(const float *w, double v, size_t columns, double *sum, double *magnitude)
{
    __m512d factor = _mm512_set1_pd(v), size = _mm512_set1_pd(fabs(v));
    for (size_t i = 0; i < columns; i += 8) {
        __mmask8 inside = first_lanes(columns - i);
        __m512d value = widen(w + i, inside);
        __m512d s = _mm512_maskz_loadu_pd(inside, sum + i);
        __m512d m = _mm512_maskz_loadu_pd(inside, magnitude + i);
        s = _mm512_fmadd_pd(factor, value, s);
        m = _mm512_fmadd_pd(size, _mm512_abs_pd(value), m);
        _mm512_mask_storeu_pd(sum + i, inside, s);
        _mm512_mask_storeu_pd(magnitude + i, inside, m);
    }
}

/* Overflow and NaN give up on the number: an infinite end. */
static inline __m512d sound_end(__m512d end)
{
    __m512d infinity = _mm512_set1_pd(INFINITY);
    __mmask8 sound = _mm512_cmp_pd_mask(_mm512_abs_pd(end), infinity, _CMP_LT_OQ);
    return _mm512_mask_mov_pd(infinity, sound, end);
}

static void gather(double *neg, double *hi, const struct drive_sums *s, size_t count)
{
    __m512d relative = _mm512_set1_pd(s->relative), gamma = _mm512_set1_pd(s->gamma);
    __m512d outer = _mm512_set1_pd(s->outer), inner = _mm512_set1_pd(s->inner);
    __m512d half = _mm512_set1_pd(0.5);
    for (size_t i = 0; i < count; i += 8) {
        __mmask8 in = first_lanes(count - i);
        __m512d sum = _mm512_maskz_loadu_pd(in, s->sum + i);
        __m512d open = _mm512_maskz_loadu_pd(in, s->open_sum + i);
        __m512d size = _mm512_maskz_loadu_pd(in, s->open_magnitude + i);
        __m512d spread = _mm512_mul_pd(relative, _mm512_maskz_loadu_pd(in, s->magnitude + i));
        __m512d off = _mm512_fmadd_pd(gamma, size, size);
        __m512d positive = _mm512_mul_pd(half, _mm512_add_pd(off, open));
        __m512d negative = _mm512_mul_pd(half, _mm512_sub_pd(off, open));
        __m512d up = _mm512_fmadd_pd(outer, positive, _mm512_mul_pd(inner, negative));
        __m512d down = _mm512_fmadd_pd(outer, negative, _mm512_mul_pd(inner, positive));
        __m512d low = _mm512_add_pd(_mm512_sub_pd(spread, sum), down);
        __m512d high = _mm512_add_pd(_mm512_add_pd(spread, sum), up);
        low = sound_end(_mm512_add_pd(_mm512_maskz_loadu_pd(in, neg + i), low));
        high = sound_end(_mm512_add_pd(_mm512_maskz_loadu_pd(in, hi + i), high));
        _mm512_mask_storeu_pd(neg + i, in, low);
        _mm512_mask_storeu_pd(hi + i, in, high);
    }
}

static void combine(double *y, double al, double ah, const double *x, double cl, double ch,
                    const double *z, size_t count)
{
    __m512d a_low = _mm512_set1_pd(al), a_high = _mm512_set1_pd(ah);
    __m512d c_low = _mm512_set1_pd(cl), c_high = _mm512_set1_pd(ch);
    for (size_t i = 0; i < count; i += 8) {
        __mmask8 in = first_lanes(count - i);
        __m512d first = _mm512_maskz_loadu_pd(in, x + i), second = _mm512_maskz_loadu_pd(in, z + i);
        first = _mm512_max_pd(_mm512_mul_pd(a_low, first), _mm512_mul_pd(a_high, first));
        second = _mm512_max_pd(_mm512_mul_pd(c_low, second), _mm512_mul_pd(c_high, second));
        _mm512_mask_storeu_pd(y + i, in, sound_end(_mm512_add_pd(first, second)));
    }
}

/* Eight bytes widened to eight integers of 64 bits. */
static inline __m512i widen_bytes(const uint8_t *bytes, size_t left)
{
    uint64_t packed = 0;
    __builtin_memcpy(&packed, bytes, left < 8 ? left : 8);
    return _mm512_cvtepu8_epi64(_mm_cvtsi64_si128((long long)packed));
}

static void leak(double *y, double al, double ah, const double *x, const double added[4],
                 const uint8_t *spikes, size_t count)
{
    __m512d a_low = _mm512_set1_pd(al), a_high = _mm512_set1_pd(ah);
    __m512d table = _mm512_castpd256_pd512(_mm256_loadu_pd(added));
    for (size_t i = 0; i < count; i += 8) {
        __mmask8 in = first_lanes(count - i);
        __m512i which = spikes ? widen_bytes(spikes + i, count - i) : _mm512_setzero_si512();
        __m512d more = _mm512_permutexvar_pd(_mm512_and_si512(which, _mm512_set1_epi64(3)), table);
        __m512d value = _mm512_maskz_loadu_pd(in, x + i);
        value = _mm512_max_pd(_mm512_mul_pd(a_low, value), _mm512_mul_pd(a_high, value));
        _mm512_mask_storeu_pd(y + i, in, sound_end(_mm512_add_pd(value, more)));
    }
}

static void compare(const double *v_neg, const double *v_hi, const double *b_neg,
                    const double *b_hi, uint8_t *result, size_t count)
{
    __m512d sign = _mm512_set1_pd(-0.0);
    for (size_t i = 0; i < count; i += 8) {
        __mmask8 in = first_lanes(count - i);
        __m512d b_lo = _mm512_xor_pd(sign, _mm512_maskz_loadu_pd(in, b_neg + i));
        __m512d v_lo = _mm512_xor_pd(sign, _mm512_maskz_loadu_pd(in, v_neg + i));
        __mmask8 never = _mm512_cmp_pd_mask(_mm512_maskz_loadu_pd(in, v_hi + i), b_lo, _CMP_LE_OQ);
        __mmask8 always = _mm512_cmp_pd_mask(v_lo, _mm512_maskz_loadu_pd(in, b_hi + i), _CMP_GT_OQ);
        __m512i known = _mm512_mask_mov_epi64(_mm512_set1_epi64(3), always, _mm512_set1_epi64(2));
        known = _mm512_mask_mov_epi64(known, never, _mm512_set1_epi64(1));
        _mm512_mask_cvtepi64_storeu_epi8(result + i, in, known);
    }
}

#include "double_kernels.inc"
