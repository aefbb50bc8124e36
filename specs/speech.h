/* speech.h -- the speech task: six spoken words, anything else, silence (data.md).
 *
 * A part's inputs are the standardised MFCCs of its clips as recorded.  The training part
 * keeps the clips' samples as well, so that a trainer can shift them and mix noise in
 * afresh for every epoch. */
#ifndef SPECS_SPEECH_H
#define SPECS_SPEECH_H

#include <jansson.h>

#include "dataset.h"
#include "mfcc.h"

#define SPEECH_FEATURES (MFCC_FRAMES * MFCC_COUNT)

/* The input entry of a new model. */
extern const char speech_input[];

/* The sound behind a part. */
struct speech;

/* Fill inputs [count, 98, 40] and labels of one part from folder/speech-commands, and for
 * training set->speech.  Returns 0, or -1 with the reason. */
int speech_load(struct dataset *set, const json_t *input, enum split split, const char *folder,
                struct fault *fault) __attribute__((warn_unused_result));

/* The samples [16000] of a training clip as `epoch` hears it.  A word is moved by up to
 * 100 ms either way, and with probability 0.8 background noise is added at a volume
 * drawn from [0, 0.1); a silence is background noise alone, at a volume from [0, 1).
 * Sums are cut to [-1, 1].  Depends on the arguments alone; threads may share `speech`. */
void speech_mix(const struct speech *speech, uint64_t seed, uint64_t epoch, uint32_t sample,
                double *wave);

/* The same as input [98, 40]. */
void speech_augment(const struct speech *speech, uint64_t seed, uint64_t epoch, uint32_t sample,
                    float *into);

void speech_free(struct speech *speech); /* NULL is fine */

#endif
