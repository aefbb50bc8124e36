/* radius.h -- per sample, the largest zeta of a grid for which a proof was found.
 *
 * The grid has forty sizes a decade, decimals of three digits from 1.00e-7 up to
 * 9.44e+0.  Bounds need not be monotone in zeta, and bisection assumes that they
 * are: what is reported is a size whose box was proven (and with it every smaller
 * box inside), but a larger one might be provable too. */
#ifndef ANALYZER_RADIUS_H
#define ANALYZER_RADIUS_H

#include "analyzer/prover.h"

#define RADIUS_RUNGS 320
#define RADIUS_LEVELS 9 /* of bisection; progress is told for each sample and level */
#define RADIUS_NONE (-1) /* nothing was proven: smaller than the grid, or wrong already */

struct radius_run {
    size_t samples;
    int *rung;                     /* [samples], RADIUS_NONE or below RADIUS_RUNGS; owned */
    struct sample_result *results; /* [samples], of the proof at that rung; owned */
    int *falsified_rung;           /* [samples], of the smallest box found broken, RADIUS_NONE
                                      where none was or none was looked for (sandwich.h); owned */
    size_t refereed, contradictions;
    size_t attacked, disproved;    /* looked at by sandwich.h; broken though proven */
    double seconds, cpu_seconds, referee_seconds, attack_seconds;
    int interrupted;               /* radii so far are proven, but may be too small */
};

/* The decimal that a rung means; RADIUS_NONE is "0". */
#define RADIUS_TEXT 24
void radius_text(int rung, char text[RADIUS_TEXT]);

/* Find every sample's radius.  Returns 0, or -1 with the reason.  radius_clear
 * releases. */
int radius_find(struct prover *prover, prover_progress *progress, void *context,
                struct radius_run *run, struct fault *fault) __attribute__((warn_unused_result));
void radius_clear(struct radius_run *run);

/* The rung below which `share` of all samples stay; samples without a radius count
 * as RADIUS_NONE.  The median's share is 0.5. */
int radius_quantile(const struct radius_run *run, double share);

#endif
