/* certificate_witness.h -- reading parameters that are said to break a sample (certificate.md).
 *
 * What is read is any vector of float32: whether it lies in the box and breaks the sample is for
 * others to check. */
#ifndef CERTS_CERTIFICATE_WITNESS_H
#define CERTS_CERTIFICATE_WITNESS_H

#include "certificate_words.h"
#include "specs/box.h"
#include "specs/network.h"

/* star [parameter_count]: by ` signs` ends of the intervals of the box, rounded inward, or the
 * network's own; by ` values` these.  Returns 0, or -1 with the defect. */
int witness_read(const struct text *text, const struct network *network, const struct box *box,
                 float *star, struct fault *fault) __attribute__((warn_unused_result));

#endif
