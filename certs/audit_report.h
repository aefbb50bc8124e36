/* audit_report.h -- what came of an audit: in print, and as a page for a browser. */
#ifndef CERTS_AUDIT_REPORT_H
#define CERTS_AUDIT_REPORT_H

#include <stdio.h>

#include "audit_verdict.h"

/* After audit_run; the last line is ACCEPTED, REJECTED, INCONCLUSIVE or ACCEPTED IN PART. */
void audit_print(FILE *stream, const struct audit *audit, const char *certificate,
                 const char *model);

/* The page is written whole or not at all.  Returns 0, or -1 with the reason. */
int audit_page(const struct audit *audit, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
