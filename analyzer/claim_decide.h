/* claim_decide.h -- from a claim to a run of the prover, and from the run to the claim's verdict. */
#ifndef ANALYZER_CLAIM_DECIDE_H
#define ANALYZER_CLAIM_DECIDE_H

#include <stdio.h>

#include "analyzer/arguments.h"
#include "analyzer/report.h"
#include "analyzer/yield.h"
#include "specs/claim.h"

/* Make `arguments` ask what the claim says; they borrow from it.  Returns 0, or -1 with the
 * reason (a word that is unknown, ...). */
int claim_ask(const struct claim *claim, struct arguments *arguments, struct fault *fault)
    __attribute__((warn_unused_result));

/* Are model and data those of the claim?  0, or -1 with the reason. */
int claim_check(const struct claim *claim, const struct model *model, const struct dataset *set,
                struct fault *fault) __attribute__((warn_unused_result));

/* The claim's verdict after its run: an exit status, and lines to `stream` that say why.
 * `yield` may be NULL where the claim promises none; `correct` [CLAIM_MEASURES] is what was
 * measured of its promises (claim_measure.h), NULL: nothing was. */
int claim_verdict(const struct claim *claim, const struct prover_run *run,
                  const struct yield *yield, const size_t *correct, FILE *stream);

/* Write what the report's only run found as a claim, beside the model; with `sigma` (may be NULL)
 * and its yield, and promises [CLAIM_MEASURES].  Returns 0, or -1 with the reason. */
int claim_make(const struct report *report, const char *sigma, const struct yield *yield,
               const struct claim_promise *promises, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
