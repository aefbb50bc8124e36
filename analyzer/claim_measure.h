/* claim_measure.h -- making the measurements that a claim promises something of.
 *
 * Float32, seed 0, on the claim's samples: attack, one vector for all of them (attack_plan.h) in
 * a relative box; mismatch, chips 0 .. (mismatch.h); pcm, chips 0 .. with perfect converters and
 * noisy drift compensation (pcm_measure.h). */
#ifndef ANALYZER_CLAIM_MEASURE_H
#define ANALYZER_CLAIM_MEASURE_H

#include "specs/claim_promises.h"
#include "specs/dataset.h"
#include "specs/model.h"

/* Can all that is promised be measured?  0, or -1 with the reason (an unknown device, ...). */
int claim_measure_check(const struct claim_promise *promises, struct fault *fault)
    __attribute__((warn_unused_result));

/* correct [CLAIM_MEASURES]: answers right, all chips together, where something is promised, of the
 * samples [first, first + count).  Returns 0, or -1 if `stop` said so in between. */
int claim_measure(const struct claim_promise *promises, const struct model *model,
                  const struct dataset *set, size_t first, size_t count, int (*stop)(void),
                  size_t *correct) __attribute__((warn_unused_result));

#endif
