/* conclude.h -- what certify does when all is decided: measure, write, judge. */
#ifndef ANALYZER_CONCLUDE_H
#define ANALYZER_CONCLUDE_H

#include <stdio.h>

#include "analyzer/arguments.h"
#include "analyzer/report.h"
#include "specs/claim.h"

/* After a run of this status: measure what a claim promises, write the files that were asked for,
 * judge `claim` (NULL unless the arguments came from one) to `stream`.  Returns an exit
 * status; what cannot be written is told on stderr. */
int conclude(const struct arguments *arguments, const struct claim *claim,
             const struct report *report, int status, FILE *stream, struct fault *fault);

#endif
