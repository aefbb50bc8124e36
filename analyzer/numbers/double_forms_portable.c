/* double_forms_portable.c -- loops of linear forms for any machine. */
#include "double_forms.h"

#define LOOPS form_portable

typedef double v8 __attribute__((vector_size(64)));
typedef int64_t mask8 __attribute__((vector_size(64)));

static inline v8 multiply_add(v8 a, v8 b, v8 c)
{
    return a * b + c;
}

static inline v8 choose(mask8 which, v8 a, v8 b)
{
    return (v8)(((mask8)a & which) | ((mask8)b & ~which));
}

static inline v8 smaller(v8 a, v8 b)
{
    return choose(a < b, a, b);
}

static inline mask8 positive(v8 x)
{
    return x > (v8){0};
}

static inline mask8 negative(v8 x)
{
    return x < (v8){0};
}

static inline mask8 not_negative(v8 x)
{
    return x >= (v8){0};
}

static inline mask8 either(mask8 a, mask8 b)
{
    return a | b;
}

static inline int everywhere(mask8 a)
{
    int64_t both = -1;
    for (int lane = 0; lane < 8; lane++)
        both &= a[lane];
    return both == -1;
}

#include "double_forms.inc"
