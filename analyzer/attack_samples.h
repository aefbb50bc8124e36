/* attack_samples.h -- attacking samples one by one, with proofs as the cross-check.
 *
 * A sample that is certified in a box and broken by parameters in it, proven by mpfr, is a
 * contradiction: a bug of ours, never a result. */
#ifndef ANALYZER_ATTACK_SAMPLES_H
#define ANALYZER_ATTACK_SAMPLES_H

#include "analyzer/attack_report.h"
#include "analyzer/counterexample.h"

/* Prove what can be proved of all samples in the box of size `zeta`, replay star [parameters]
 * on those that float32 gets wrong there (wrong [set->count]), and attack every one that is
 * nominally right, certified or still open (falsify.h).  Fills finding's run and confirmed.
 * Returns 0, or -1 with the reason. */
int attack_samples(const struct model *model, const struct dataset *set,
                   const struct prover_settings *prover,
                   const struct counterexample_budget *budget, const char *zeta,
                   const float *star, const unsigned char *wrong, struct attack_finding *finding,
                   struct fault *fault) __attribute__((warn_unused_result));

/* Judge star as a counterexample to every sample that is `wrong` there: an open one becomes
 * falsified.  Returns how many certified ones it breaks, each of them a contradiction. */
size_t attack_samples_replay(const struct model *model, const struct dataset *set,
                             const struct prover_settings *prover, const char *zeta,
                             const float *star, const unsigned char *wrong,
                             struct prover_run *run);

#endif
