/* linear_claims.h -- what `linear` found, as claims that each follow from those before
 * (certs/certificate.md). */
#ifndef DOMAINS_LINEAR_CLAIMS_H
#define DOMAINS_LINEAR_CLAIMS_H

#include "linear.h"

/* Can the network's samples be written so?  What a ReLU or pooling reads must have no other reader,
 * and poolings must not be too large.  0, or -1 with the reason (fault may be NULL). */
int linear_claims_check(const struct linear *linear, struct fault *fault)
    __attribute__((warn_unused_result));

/* How it is written: numbers are multiples of a power of 2 that is about 2^-bits of the layer's
 * usual width; with or without the bounds that the reader can find by going all the way back.
 * Those of interval propagation, which the reader has, are left out where a ReLU reads them. */
struct claims_form {
    int bits, bounds;
};

/* Bound one sample again, with every bound that is written made short, a little outward of what
 * was found, so that other roundings find it too.  Returns the lines, which the caller
 * frees; NULL if the margins so found are not positive, or, without bounds, if a reader with other
 * roundings might choose other lines. */
char *linear_claims(const struct linear *linear, struct linear_work *work, const float *input,
                    int label, enum linear_depth depth, const struct claims_form *form);

#endif
