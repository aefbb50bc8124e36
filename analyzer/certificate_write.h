/* certificate_write.h -- what a run found, with evidence that others can check.
 *
 * The format is certs/certificate.md; the checker, certs/, shares no code with this. */
#ifndef ANALYZER_CERTIFICATE_WRITE_H
#define ANALYZER_CERTIFICATE_WRITE_H

#include "analyzer/falsify.h"
#include "analyzer/report.h"

/* How much of a linear proof is written down: with all bounds the auditor has less to do, without
 * those that it can find itself there is less to hand over. */
enum certificate_detail { DETAIL_FULL, DETAIL_BRIEF };
/* "full" or "brief"; -1 for another name. */
int certificate_detail_from_name(const char *name);

/* Can results of these settings be written as a certificate?  0, or -1 with the reason. */
int certificate_write_check(const struct prover_settings *settings, struct fault *fault)
    __attribute__((warn_unused_result));

/* Write the report's only run.  What is certified by means that the format has no evidence for
 * is written as unclaimed, and told on stderr.  Trace and linear runs, and the searches of
 * `attack` that found something, are done once more to write down what they chose.  Returns 0, or
 * -1 with the reason. */
int certificate_write(const struct report *report, const struct falsify_settings *attack,
                      enum certificate_detail detail, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
