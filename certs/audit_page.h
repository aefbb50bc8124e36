/* audit_page.h -- the verdict as a page for a browser, with nothing loaded from elsewhere. */
#ifndef CERTS_AUDIT_PAGE_H
#define CERTS_AUDIT_PAGE_H

#include "audit_verdict.h"

/* Write it whole or not at all.  Returns 0, or -1 with the reason. */
int audit_page_write(const struct audit *audit, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
