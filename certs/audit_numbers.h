/* audit_numbers.h -- the auditor's arithmetic: intervals in binary64, rounded upward.
 *
 * An interval [low, high] is kept as down = -low and up = high, so that one rounding
 * direction, upward, widens both ends.  audit_round_upward sets it for a thread.  The
 * operands are finite; what overflows becomes +inf (upward rounding never makes -inf of
 * finite operands, so no NaN arises) and whoever uses a result asks audit_finite first. */
#ifndef CERTS_AUDIT_NUMBERS_H
#define CERTS_AUDIT_NUMBERS_H

#include <gmp.h>

#include <arb.h> /* after gmp.h: what takes mpq_t needs it */
#include <math.h>
#include <stddef.h>

struct span {
    double down, up;
};

/* Round upward from now on in this thread; -1 if this machine does not.  Or to nearest again,
 * which file readers expect. */
int audit_round_upward(void) __attribute__((warn_unused_result));
void audit_round_nearest(void);

/* Around x, for Arb's functions; around [low, high]; around exp(-1/tau), and around 1 minus it, for
 * tau > 0. */
#define AUDIT_BITS 256
void audit_ball(arb_t ball, const mpq_t x);
struct span audit_span_of(const mpq_t low, const mpq_t high);
struct span audit_decay(const mpq_t tau, struct span *complement);

/* The greater one; NaN (of infinity times 0) if either is, so that no bound is made of it. */
static inline double audit_max(double a, double b)
{
    return a >= b || a != a ? a : b;
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
