/* certificate_witness.h -- parameters that break a sample, as text (certs/certificate.md). */
#ifndef ANALYZER_CERTIFICATE_WITNESS_H
#define ANALYZER_CERTIFICATE_WITNESS_H

#include "analyzer/counterexample.h"
#include "specs/network.h"

/* The float32 corners of a box: per parameter the least and the greatest float32 in it. */
struct certificate_corners {
    float *lower, *upper; /* [parameters], owned */
};
void certificate_corners_init(struct certificate_corners *corners, const struct box *box,
                              const struct network *network);
void certificate_corners_clear(struct certificate_corners *corners);

/* The confirmed counterexample star: as signs if the corner it leans to is one as well, else
 * as values.  The caller frees the text. */
char *certificate_witness(const struct counterexample *search, const struct network *network,
                          const struct certificate_corners *corners, const float *input,
                          int label, const float *star);

#endif
