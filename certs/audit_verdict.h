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
    struct fault why;                     /* of the first one rejected */
};

/* Read all three and see that they belong together.  Returns 0, or -1 with the reason.
 * audit_close releases. */
int audit_open(struct audit *audit, const char *certificate, const char *model, const char *data,
               struct fault *fault) __attribute__((warn_unused_result));
void audit_close(struct audit *audit);

/* Check every sample; results do not depend on the number of threads. */
void audit_run(struct audit *audit);

/* One page: what was proved and what was not. */
void audit_print(FILE *stream, const struct audit *audit, const char *certificate,
                 const char *model);

#endif
