/* box.h -- the set of parameter vectors that a claim speaks about (box.md).
 *
 * Every parameter theta_i ranges over its own closed interval, independently:
 *   relative  [theta_i - zeta |theta_i|, theta_i + zeta |theta_i|]
 *   absolute  [theta_i - zeta, theta_i + zeta]
 * with zeta the exact rational that the user's decimal means. */
#ifndef SPECS_BOX_H
#define SPECS_BOX_H

#include <gmp.h>

#include "fault.h"

enum box_kind { BOX_RELATIVE, BOX_ABSOLUTE };

struct box {
    enum box_kind kind;
    char typed[64]; /* zeta as the user wrote it */
    mpq_t zeta;     /* exactly that, >= 0 */
};

/* A box of the given kind and size.  Returns 0, or -1 for a zeta that is not a
 * decimal number or negative.  box_clear releases. */
int box_init(struct box *box, enum box_kind kind, const char *zeta, struct fault *fault)
    __attribute__((warn_unused_result));
void box_clear(struct box *box);

/* Is `value` inside the interval of a parameter whose nominal value is
 * `nominal`?  Decided in exact rationals; NaN and infinities are outside. */
int box_contains(const struct box *box, float nominal, double value);

/* "relative" or "absolute"; -1 for another word. */
int box_kind_from_name(const char *name);
const char *box_kind_name(enum box_kind kind);

#endif
