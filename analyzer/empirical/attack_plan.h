/* attack_plan.h -- which attacks on a whole set are tried, and the strongest of them. */
#ifndef EMPIRICAL_ATTACK_PLAN_H
#define EMPIRICAL_ATTACK_PLAN_H

#include "setattack.h"

struct journal; /* console/journal.h */

/* `paper`: Algorithm 1 with KL, one start, 10 steps of zeta / 10, its last vector (Fig. S5).
 * Otherwise strong: first the paper's, so that it is never weaker, then every loss from several
 * starts, with steps that can turn back, the worst vector seen. */
struct attack_plan {
    int paper;
    int loss;               /* one of them only, or ATTACK_PLAN_ALL, or the plan's own */
    size_t steps, restarts; /* 0: the plan's own */
    double scale;           /* 0: the plan's own */
};
enum { ATTACK_PLAN_ALL = -1, ATTACK_PLAN_OWN = -2 };

/* Attempt number i of the plan; 0 after the last. */
int attack_plan_attempt(const struct attack_plan *plan, size_t i,
                        struct setattack_attempt *attempt);

/* Passes over the set that the plan takes. */
size_t attack_plan_passes(const struct attack_plan *plan);

/* What an attack found. */
struct attack_found {
    size_t attempts, correct; /* made; what the strongest leaves */
    struct setattack_attempt strongest;
};

/* Run the plan as far as `progress` does not say stop; star [parameters] is the strongest's
 * vector.  `journal` (may be NULL) keeps every attempt's count in its present stage; if the
 * strongest was done by an earlier process, it is made again for its vector. */
struct attack_found attack_plan_run(const struct attack_plan *plan,
                                    const struct setattack *attack, struct journal *journal,
                                    setattack_progress *progress, void *context, float *star);

#endif
