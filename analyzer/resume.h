/* resume.h -- what a run of certify is about, so that a journal of another is not taken for its own. */
#ifndef ANALYZER_RESUME_H
#define ANALYZER_RESUME_H

#include "analyzer/arguments.h"
#include "analyzer/report.h"
#include "console/journal.h"

/* Open the journal that the arguments name, for the report's model, data and samples.  A journal
 * belongs to all that results depend on: digests, samples, box, domain, engine, budgets, seed and the
 * build; not to the number of threads.  NULL with the reason. */
struct journal *resume_open(const struct arguments *arguments, const struct report *report,
                            struct fault *fault);

/* Returns 0, or -1 with the reason if MPI's ranks were not all started to do the same. */
int resume_agree(const struct arguments *arguments, const struct report *report,
                 struct fault *fault) __attribute__((warn_unused_result));

#endif
