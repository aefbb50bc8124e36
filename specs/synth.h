/* synth.h -- the built-in task: heart beats made of Gaussian waves (data.md).
 *
 * Needs no download.  A beat depends on the seed and its number alone. */
#ifndef SPECS_SYNTH_H
#define SPECS_SYNTH_H

#include "dataset.h"
#include "encoder.h"

/* Fill inputs [count, 100, channels of the encoder] and labels of one part: 8,000
 * beats to train, 1,000 to validate, 1,000 to test, the four classes in turn. */
void synth_load(struct dataset *set, uint64_t seed, const struct encoder *encoder,
                enum split split);

#endif
