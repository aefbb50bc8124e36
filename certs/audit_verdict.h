/* audit_verdict.h -- a certificate against the model and the data that it speaks of. */
#ifndef CERTS_AUDIT_VERDICT_H
#define CERTS_AUDIT_VERDICT_H

#include <stdio.h>

#include "audit_network.h"
#include "certificate.h"
#include "specs/dataset.h"
#include "specs/model.h"

struct audit {
    struct certificate certificate;
    struct model model;
    struct dataset set;
    struct box box;
    struct audit_network around, nominal; /* the box, and the model itself */
    size_t checked[CERTIFICATE_VERDICTS]; /* samples whose evidence holds */
    size_t rejected;                      /* samples whose evidence does not */
    size_t open;                          /* neither, for want of precision; not certified ones */
    size_t first_rejected;
    int part;                             /* only a part was looked at */
    size_t looked, unseen;                /* how many samples were; of them, not yet */
    struct fault why;                     /* of the first one rejected */
};

/* Read all three and see that they belong together.  Returns 0, or -1 with the reason.
 * audit_close releases. */
int audit_open(struct audit *audit, const char *certificate, const char *model, const char *data,
               struct fault *fault) __attribute__((warn_unused_result));
void audit_close(struct audit *audit);

/* Check every sample, or with 0 < fraction < 1 that part of them, chosen by a hash
 * (audit_part.h); results do not depend on the number of threads. */
void audit_run(struct audit *audit, double fraction, uint64_t seed);

/* "ACCEPTED", "REJECTED", "INCONCLUSIVE" or "ACCEPTED IN PART". */
const char *audit_word(const struct audit *audit);

/* Of a part: if this many or more of all samples' evidence did not hold, the probability of not
 * having noticed is at most audit_doubt. */
size_t audit_most_false(const struct audit *audit);
extern const double audit_doubt;

/* What is proved, and what is not. */
extern const char audit_scope[];

/* One page with all that. */
void audit_print(FILE *stream, const struct audit *audit, const char *certificate,
                 const char *model);

#endif
