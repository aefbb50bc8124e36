/* constant.h -- real constants of a statement, by their definition.
 *
 * A constant is kept symbolically (an exact rational q, or exp(-1/q), or
 * 1 - exp(-1/q)) so that every engine can enclose it as tightly as it likes;
 * enclosures always come from MPFR. */
#ifndef NUMBERS_CONSTANT_H
#define NUMBERS_CONSTANT_H

#include <gmp.h>
#include <mpfr.h>

enum constant_kind {
    CONSTANT_RATIONAL,   /* q */
    CONSTANT_DECAY,      /* exp(-1/q), q > 0 */
    CONSTANT_COMPLEMENT  /* 1 - exp(-1/q), q > 0 */
};

struct constant {
    enum constant_kind kind;
    mpq_t q;
};

/* A constant from the exact value of `decimal`, which must have been validated
 * (specs/decimal.h).  constant_clear releases. */
void constant_init(struct constant *constant, enum constant_kind kind, const char *decimal);
/* The same of a rational, positive unless kind is CONSTANT_RATIONAL. */
void constant_init_rational(struct constant *constant, enum constant_kind kind, const mpq_t q);
void constant_clear(struct constant *constant);

/* lower <= constant <= upper, both of the same precision; the ends are neighbours
 * or equal, unless tau is so large (2^30 steps) that 1 - exp(-1/tau) loses more
 * than the 32 bits kept in reserve. */
void constant_enclose(const struct constant *constant, mpfr_t lower, mpfr_t upper);

/* The same in binary64, rounded outward; subnormal results included. */
void constant_enclose_double(const struct constant *constant, double *lower, double *upper);

#endif
