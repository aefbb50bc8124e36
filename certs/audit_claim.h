/* audit_claim.h -- whether an audited certificate proves what a claim promises (specs/claim.md). */
#ifndef CERTS_AUDIT_CLAIM_H
#define CERTS_AUDIT_CLAIM_H

#include <stdio.h>

#include "audit_verdict.h"
#include "specs/claim.h"

/* Is the certificate about the claim's model, data, samples, box, size and criterion?  0, or -1
 * with the reason, which names what differs. */
int audit_claim_match(const struct claim *claim, const struct audit *audit, struct fault *fault)
    __attribute__((warn_unused_result));

/* After audit_run: an exit status, and lines to `stream` that say why.  What the claim promises of
 * measurements is not audited, and keeps it open. */
int audit_claim_verdict(const struct claim *claim, const struct audit *audit, FILE *stream);

#endif
