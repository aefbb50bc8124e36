/* lanes.h -- sixteen floats at a time.
 *
 * AVX-512 where the compiler targets it, plain vector code with the same
 * meaning elsewhere (there a product is rounded before it is added).  A set of
 * lanes is a 16-bit mask, lane 0 in the lowest bit. */
#ifndef NETWORK_LANES_H
#define NETWORK_LANES_H

#include <stdint.h>
#include <string.h>
#if defined(__SSE__)
#include <immintrin.h>
#endif

/* Without AVX-512, passing such vectors has no settled convention; nothing here
 * is passed, all is inlined. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define LANES 16

typedef float lanes __attribute__((vector_size(64)));
typedef int32_t lanes_int __attribute__((vector_size(64)));

static inline lanes lanes_load(const float *x)
{
    lanes r;
    memcpy(&r, x, sizeof r);
    return r;
}

static inline void lanes_store(float *x, lanes a)
{
    memcpy(x, &a, sizeof a);
}

static inline lanes lanes_all(float x)
{
    return x - (lanes){0};
}

#if defined(__AVX512F__) && defined(__AVX512DQ__)

static inline lanes lanes_fma(lanes a, lanes b, lanes c)
{
    return (lanes)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}

/* The lanes with a > b; false where either is NaN. */
static inline uint16_t lanes_greater(lanes a, lanes b)
{
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GT_OQ);
}

/* a in the lanes of the mask, zero elsewhere. */
static inline lanes lanes_keep(uint16_t mask, lanes a)
{
    return (lanes)_mm512_maskz_mov_ps(mask, (__m512)a);
}

/* a with the bits of `bit` set in the lanes of the mask. */
static inline lanes_int lanes_set_bit(lanes_int a, uint16_t mask, int32_t bit)
{
    __m512i x = (__m512i)a;
    return (lanes_int)_mm512_mask_or_epi32(x, mask, x, _mm512_set1_epi32(bit));
}

/* The sums of a[0], ..., a[3] over their lanes. */
static inline void lanes_sum4(const lanes a[4], float sums[4])
{
    __m512 p = (__m512)a[0], q = (__m512)a[1], r = (__m512)a[2], s = (__m512)a[3];
    __m512 pq = _mm512_add_ps(_mm512_unpacklo_ps(p, q), _mm512_unpackhi_ps(p, q));
    __m512 rs = _mm512_add_ps(_mm512_unpacklo_ps(r, s), _mm512_unpackhi_ps(r, s));
    __m512 all = _mm512_add_ps(_mm512_shuffle_ps(pq, rs, 0x44), _mm512_shuffle_ps(pq, rs, 0xee));
    __m256 half = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
    _mm_storeu_ps(sums, _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1)));
}

#else

static inline lanes lanes_fma(lanes a, lanes b, lanes c)
{
    return a * b + c;
}

static inline uint16_t lanes_greater(lanes a, lanes b)
{
    lanes_int greater = a > b;
    uint16_t mask = 0;
    for (int i = 0; i < LANES; i++)
        mask |= (uint16_t)((greater[i] & 1) << i);
    return mask;
}

static inline lanes lanes_keep(uint16_t mask, lanes a)
{
    for (int i = 0; i < LANES; i++)
        a[i] = mask >> i & 1 ? a[i] : 0;
    return a;
}

static inline lanes_int lanes_set_bit(lanes_int a, uint16_t mask, int32_t bit)
{
    for (int i = 0; i < LANES; i++)
        a[i] |= mask >> i & 1 ? bit : 0;
    return a;
}

static inline void lanes_sum4(const lanes a[4], float sums[4])
{
    for (int n = 0; n < 4; n++) {
        lanes b = a[n];
        for (int half = LANES / 2; half > 0; half /= 2)
            for (int i = 0; i < half; i++)
                b[i] += b[i + half];
        sums[n] = b[0];
    }
}

#endif

static inline lanes lanes_abs(lanes a)
{
    return (lanes)((lanes_int)a & 0x7fffffff);
}

/* Round to nearest, traps masked, subnormal numbers read and written as zero
 * (they cost a hundred times more); returns what lanes_leave puts back. */
static inline unsigned lanes_enter(void)
{
#if defined(__SSE__)
    unsigned before = _mm_getcsr();
    _mm_setcsr(0x9fc0);
    return before;
#else
    return 0;
#endif
}

static inline void lanes_leave(unsigned before)
{
#if defined(__SSE__)
    _mm_setcsr(before);
#else
    (void)before;
#endif
}

#endif
