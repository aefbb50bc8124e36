/* sandwich.h -- how far a radius can be from the truth: the smallest box found broken.
 *
 * A sample's certified radius bounds its true one from below; the size of the smallest box in
 * which a counterexample was confirmed (breaking.h) bounds it from above. */
#ifndef ANALYZER_SANDWICH_H
#define ANALYZER_SANDWICH_H

#include "analyzer/falsify.h"
#include "analyzer/radius.h"

/* Attack up to settings->undecided of the samples that are right unperturbed, chosen by a hash,
 * at sizes from their certified radius up (from the smallest of the grid without one).
 * Fills run->falsified_rung, run->attacked, run->disproved, run->attack_seconds.  A box that
 * was proven and is broken counts in run->disproved.  Stops early, keeping what was found, when
 * progress says so.  Returns 0, or -1 with the reason. */
int sandwich_find(const struct network *network, const struct dataset *set, size_t first,
                  const struct prover_settings *prover, const struct falsify_settings *settings,
                  prover_progress *progress, void *context, struct radius_run *run,
                  struct fault *fault) __attribute__((warn_unused_result));

/* How many samples were broken, and the rung of falsified radii below which `share` of them
 * stay (RADIUS_NONE without any). */
size_t sandwich_broken(const struct radius_run *run);
int sandwich_quantile(const struct radius_run *run, double share);

/* The median over attacked and broken samples of certified over falsified radius; NAN without
 * any. */
double sandwich_ratio(const struct radius_run *run);

#endif
