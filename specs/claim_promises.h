/* claim_promises.h -- what a claim promises of measurements: answers right on chips and under attack.
 *
 * Not proven: counts that a stated measurement, in float32 with seed 0, must reach (claim.md). */
#ifndef SPECS_CLAIM_PROMISES_H
#define SPECS_CLAIM_PROMISES_H

#include <jansson.h>
#include <stddef.h>

#include "fault.h"

enum claim_measure { CLAIM_ATTACK, CLAIM_MISMATCH, CLAIM_PCM, CLAIM_MEASURES };
extern const char *const claim_measure_names[CLAIM_MEASURES];

struct claim_promise {
    int made;
    char how[64];  /* attack: paper or strong; mismatch: relative or range; pcm: the device */
    char size[64]; /* a decimal: the box's zeta; the deviation; seconds */
    size_t chips;  /* 1 to 10,000; an attack is on 1 */
    size_t correct; /* answers right, all chips together, at least */
};

/* Read the member "measured" into promises [CLAIM_MEASURES]; NULL: none.  Words and decimals are not
 * interpreted.  Returns 0, or -1 with the reason. */
int claim_promises_read(struct claim_promise *promises, json_t *measured, struct fault *fault)
    __attribute__((warn_unused_result));

/* The member's value, or NULL where nothing is promised. */
json_t *claim_promises_json(const struct claim_promise *promises);

/* Read "attack:HOW:SIZE", "mismatch:HOW:SIZE:CHIPS" or "pcm:HOW:SIZE:CHIPS" as a promise of nothing
 * yet (correct 0).  Returns 0, or -1 with the reason. */
int claim_promises_parse(struct claim_promise *promises, const char *text, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
