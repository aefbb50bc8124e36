/* audit_numbers.h -- the auditor's arithmetic: intervals in binary64, rounded upward.
 *
 * An interval [low, high] is kept as down = -low and up = high, so that one rounding direction,
 * upward, widens both ends.  What overflows becomes +inf (upward rounding never makes -inf of
 * finite operands) or, of that, NaN; whoever uses a result asks audit_finite first. */
#ifndef CERTS_AUDIT_NUMBERS_H
#define CERTS_AUDIT_NUMBERS_H

#include <gmp.h>

#include <arb.h> /* after gmp.h: what takes mpq_t needs it */
#include <math.h>

#include "specs/fault.h"

struct span {
    double down, up;
};

/* Round upward from now on in this thread, -1 if this machine does not; or again to nearest. */
int audit_round_upward(void) __attribute__((warn_unused_result));
void audit_round_nearest(void);

/* Around [low, high]; around an Arb ball; a ball around a decimal (-1, with the reason: it is
 * none). */
#define AUDIT_BITS 256
struct span audit_span_of(const mpq_t low, const mpq_t high);
struct span audit_span(const arb_t ball);
int audit_ball(arb_t ball, const char *decimal, struct fault *fault)
    __attribute__((warn_unused_result));

/* The greater one; NaN if either is, so that no bound is made of it. */
static inline double audit_max(double a, double b)
{
    double greater = a > b ? a : b; /* b if one is NaN */
    return a != a ? a : greater;
}

static inline double audit_min(double a, double b)
{
    return a < b ? a : b;
}

static inline struct span span_point(double x)
{
    return (struct span){-x, x};
}

static inline struct span span_add(struct span a, struct span b)
{
    return (struct span){a.down + b.down, a.up + b.up};
}

static inline struct span span_subtract(struct span a, struct span b)
{
    return (struct span){a.down + b.up, a.up + b.down};
}

/* The greatest of the four products of ends, and the negated least. */
static inline struct span span_times(struct span a, struct span b)
{
    return (struct span){
        audit_max(audit_max(a.down * b.up, a.up * b.down),
                  audit_max((-a.up) * b.up, (-a.down) * b.down)),
        audit_max(audit_max(a.up * b.up, a.down * b.down),
                  audit_max((-a.up) * b.down, (-a.down) * b.up)),
    };
}

static inline struct span span_hull(struct span a, struct span b)
{
    return (struct span){audit_max(a.down, b.down), audit_max(a.up, b.up)};
}

static inline int audit_finite(struct span x)
{
    return isfinite(x.down) && isfinite(x.up);
}

#endif
