/* digital.h -- how far a float32 execution may be from real arithmetic (specs/digital.md).
 *
 * A sum of terms, each rounded at most k times on its way into the result, is off by at
 * most gamma_k times the sum of the terms' sizes, gamma_k = k u / (1 - k u), u = 2^-24
 * (Higham 2002, section 3.1), and by what underflow or flushing to zero takes away. */
#ifndef DOMAINS_DIGITAL_H
#define DOMAINS_DIGITAL_H

#include "analyzer/numbers/kernels.h"

#define DIGITAL_CONSTANT 0x1p-23   /* relative error of a constant written in float32 */
#define DIGITAL_COMPLEMENT 0x1p-22 /* absolute error of 1 - rho, also if taken from rho's float32 */
#define DIGITAL_SMALLEST 0x1p-126  /* what flushing one number to zero may take away */

/* Is every layer one whose rounding is accounted for?  0, or -1 with the reason. */
int digital_check(const struct network *network, struct fault *fault)
    __attribute__((warn_unused_result));

/* An upper bound of gamma_roundings, rather less than a millionth above it. */
double digital_gamma(size_t roundings);

/* What underflow and flushing may take away in an expression of so many roundings,
 * operands included. */
double digital_floor(size_t roundings);

/* Widen logits and margins by the rounding of the last layer.  The logits of `sizes` bound,
 * per class, the sum of its terms' sizes (a readout of the box's sizes), each term
 * rounded at most `roundings` times; `divisor` may come last.  Infinite where a sum might
 * overflow. */
void digital_margins(struct margins *margins, const struct margins *sizes, size_t classes,
                     int label, size_t divisor, size_t roundings);

#endif
