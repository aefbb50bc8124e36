/* falsify.h -- looking for counterexamples to a run's verdicts.
 *
 * Undecided samples for which one is found become `falsified`.  Some certified samples
 * are attacked as well: one that is falsified too is a contradiction, which is a bug of
 * ours and is never reported as a result. */
#ifndef ANALYZER_FALSIFY_H
#define ANALYZER_FALSIFY_H

#include "analyzer/counterexample.h"
#include "analyzer/prover.h"
#include "specs/model.h"

#define FALSIFY_DEFAULT_UNDECIDED 16
#define FALSIFY_DEFAULT_STEPS 10
#define FALSIFY_DEFAULT_RESTARTS 1

struct falsify_settings {
    size_t undecided, certified; /* samples of each to attack, chosen by a hash */
    struct counterexample_budget budget;
    const char *witness;         /* folder for the breaking parameters, or NULL; borrowed */
};

/* Attack the run's samples, set's [first, first + run->samples), in the box of size run->zeta.
 * Changes verdicts and counts, fills run's attacked, disproved and attack_seconds; writes
 * witness/sample-N.bin, the model with the breaking parameters, for every sample N falsified.
 * Stops early, keeping what was found, when progress says so.  Returns 0, or -1 with the
 * reason (a file that cannot be written). */
int falsify_run(const struct model *model, const struct dataset *set, size_t first,
                const struct prover_settings *prover, const struct falsify_settings *settings,
                prover_progress *progress, void *context, struct prover_run *run,
                struct fault *fault) __attribute__((warn_unused_result));

#endif
