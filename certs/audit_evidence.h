/* audit_evidence.h -- the evidence for one sample's verdict. */
#ifndef CERTS_AUDIT_EVIDENCE_H
#define CERTS_AUDIT_EVIDENCE_H

#include "audit_network.h"
#include "certificate.h"

enum evidence { EVIDENCE_HOLDS, EVIDENCE_FAILS, EVIDENCE_OPEN };

/* Does it hold?  `around` encloses the box, `nominal` the model.  Only what claims nothing
 * for the network can be OPEN; EVIDENCE_FAILS says why.  Under upward rounding. */
enum evidence evidence_check(const struct audit_network *around,
                             const struct audit_network *nominal, const struct box *box,
                             const struct certificate_sample *sample, const float *input,
                             struct fault *why);

#endif
