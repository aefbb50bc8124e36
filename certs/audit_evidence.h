/* audit_evidence.h -- the evidence for one sample's verdict. */
#ifndef CERTS_AUDIT_EVIDENCE_H
#define CERTS_AUDIT_EVIDENCE_H

#include "audit_network.h"
#include "certificate.h"

enum evidence { EVIDENCE_HOLDS, EVIDENCE_FAILS, EVIDENCE_OPEN };

/* Does it hold?  `a` encloses the box.  Only what claims nothing for the whole box can be OPEN;
 * EVIDENCE_FAILS says why.  Under upward rounding. */
enum evidence evidence_check(const struct audit_network *a, const struct box *box,
                             const struct certificate_sample *sample, const float *input,
                             struct fault *why);

#endif
