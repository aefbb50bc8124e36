/* referee.h -- a second opinion: mpfr looks again at part of what double said.
 *
 * Both engines run the same domain, so mpfr's bounds must lie inside double's:
 * whatever double certified mpfr certifies, with a margin at least as large.
 * Anything else is a contradiction, which is a bug of ours and is never
 * reported as a result. */
#ifndef ANALYZER_REFEREE_H
#define ANALYZER_REFEREE_H

#include "analyzer/prover.h"

/* Samples that the referee looks at when not told otherwise. */
#define REFEREE_DEFAULT_SAMPLES 8

/* Re-prove what settings->referee asks for, and every certified sample marked
 * suspect, of `run`; fills run->refereed, contradictions and referee_seconds.
 * Returns 0, or -1 with the reason. */
int referee_review(const struct network *network, const struct dataset *set, size_t first,
                   const struct prover_settings *settings, const struct box *box,
                   struct prover_run *run, struct fault *fault)
    __attribute__((warn_unused_result));

/* Mark in chosen [samples] what settings->referee asks for and what is suspect. */
void referee_choose(const struct prover_settings *settings, const struct prover_run *run,
                    unsigned char *chosen);

/* Re-prove the chosen samples of `run`, all in one box; adds to run->refereed and
 * run->contradictions.  Returns 0, or -1 with the reason. */
int referee_examine(const struct network *network, const struct dataset *set, size_t first,
                    const struct prover_settings *settings, const struct box *box,
                    const unsigned char *chosen, struct prover_run *run, struct fault *fault)
    __attribute__((warn_unused_result));

/* Does mpfr's bound on a sample contradict what double found? */
int referee_contradicts(const struct sample_result *by_double, const struct margins *by_mpfr,
                        size_t classes, int label, enum criterion criterion);

#endif
