/* yield.h -- how probably a chip lies in the box that a certificate speaks about.
 *
 * Gaussian mismatch: every varying parameter is theta (1 + sigma N(0, 1)), independently.  In the
 * relative box of size zeta that chip lies with probability erf(zeta / (sigma sqrt 2))^n, n the
 * number of varying parameters that are not zero (a zero stays zero).  Arb encloses it. */
#ifndef ANALYZER_YIELD_H
#define ANALYZER_YIELD_H

#include <stddef.h>

#include "specs/box.h"

/* Below this a statement about chips is worth nothing in practice. */
#define YIELD_VACUOUS 1e-3

/* Bounds of a probability, rounded outward. */
struct yield {
    size_t varying;
    double lower, upper;
};

/* The lower bound with four digits, rounded down. */
#define YIELD_TEXT 32
void yield_text(const struct yield *yield, char text[YIELD_TEXT]);

/* How probably `count` independent standard normals all lie within [-k, k]: erf(k / sqrt 2)^count.
 * k >= 0. */
void yield_within(const mpq_t k, size_t count, struct yield *yield);

/* For a relative box in which every parameter varies: a chip does not keep a bias exact because
 * the box does; sigma is a decimal > 0.  Returns 0, or -1 with the reason (another kind of
 * box, parameters that do not vary, no decimal, none above 0). */
int yield_find(const struct box *box, const struct network *network, const char *sigma,
               struct yield *yield, struct fault *fault) __attribute__((warn_unused_result));

#endif
