/* double_forms_avx512.c -- loops of linear forms for AVX-512. */
#include "double_forms.h"

#include <immintrin.h>

#define LOOPS form_avx512

typedef __m512d v8;
typedef __mmask8 mask8;

static inline v8 multiply_add(v8 a, v8 b, v8 c)
{
    return _mm512_fmadd_pd(a, b, c);
}

static inline v8 smaller(v8 a, v8 b)
{
    return _mm512_min_pd(a, b);
}

static inline mask8 positive(v8 x)
{
    return _mm512_cmp_pd_mask(x, _mm512_setzero_pd(), _CMP_GT_OQ);
}

static inline mask8 negative(v8 x)
{
    return _mm512_cmp_pd_mask(x, _mm512_setzero_pd(), _CMP_LT_OQ);
}

static inline mask8 not_negative(v8 x)
{
    return _mm512_cmp_pd_mask(x, _mm512_setzero_pd(), _CMP_GE_OQ);
}

static inline mask8 either(mask8 a, mask8 b)
{
    return (mask8)(a | b);
}

static inline int everywhere(mask8 a)
{
    return a == 0xff;
}

static inline v8 choose(mask8 which, v8 a, v8 b)
{
    return _mm512_mask_mov_pd(b, which, a);
}

#include "double_forms.inc"
