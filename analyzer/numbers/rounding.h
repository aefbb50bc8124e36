/* rounding.h -- a stretch of code that rounds one way, whatever the caller does.
 *
 * Entering saves the thread's control word and sets the direction, all
 * exceptions masked, subnormal numbers kept (FTZ and DAZ off); leaving puts the
 * caller's word back.  Compiled code must not move arithmetic across either, so
 * files that use this are built with -frounding-math and do their arithmetic in
 * functions called in between. */
#ifndef NUMBERS_ROUNDING_H
#define NUMBERS_ROUNDING_H

#include "specs/fault.h"

#if defined(__x86_64__)
#include <immintrin.h>

struct rounding_scope {
    unsigned saved;
};

#define ROUNDING_MASKED 0x1f80u /* every exception masked, to nearest */
#define ROUNDING_UPWARD 0x4000u
#define ROUNDING_DOWNWARD 0x2000u

static inline void rounding_enter_upward(struct rounding_scope *scope)
{
    scope->saved = _mm_getcsr();
    _mm_setcsr(ROUNDING_MASKED | ROUNDING_UPWARD);
    __asm__ volatile("" ::: "memory");
}

static inline void rounding_enter_downward(struct rounding_scope *scope)
{
    scope->saved = _mm_getcsr();
    _mm_setcsr(ROUNDING_MASKED | ROUNDING_DOWNWARD);
    __asm__ volatile("" ::: "memory");
}

static inline void rounding_enter_nearest(struct rounding_scope *scope)
{
    scope->saved = _mm_getcsr();
    _mm_setcsr(ROUNDING_MASKED);
    __asm__ volatile("" ::: "memory");
}

static inline void rounding_leave(const struct rounding_scope *scope)
{
    __asm__ volatile("" ::: "memory");
    _mm_setcsr(scope->saved);
}
#else
#include <fenv.h>

struct rounding_scope {
    fenv_t saved;
};

static inline void rounding_enter_upward(struct rounding_scope *scope)
{
    feholdexcept(&scope->saved);
    fesetround(FE_UPWARD);
}

static inline void rounding_enter_downward(struct rounding_scope *scope)
{
    feholdexcept(&scope->saved);
    fesetround(FE_DOWNWARD);
}

static inline void rounding_enter_nearest(struct rounding_scope *scope)
{
    feholdexcept(&scope->saved);
    fesetround(FE_TONEAREST);
}

static inline void rounding_leave(const struct rounding_scope *scope)
{
    fesetenv(&scope->saved);
}
#endif

/* Does this thread really round upward inside a scope, keep subnormal numbers,
 * and get its own mode back?  0, or -1 with what went wrong (fault may be NULL). */
int rounding_selftest(struct fault *fault);

#endif
