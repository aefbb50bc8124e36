/* augment.h -- the batch of a step: shuffled samples, each perhaps changed at random.
 *
 * All choices are counter-based: they depend on the seed, the epoch and the
 * sample, so that a resumed run sees the same batches. */
#ifndef TRAINER_AUGMENT_H
#define TRAINER_AUGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "settings.h"
#include "specs/dataset.h"
#include "specs/network.h"

struct augmenter {
    const struct dataset *set; /* borrowed */
    struct shape shape;        /* of one sample */
    enum augment kind;
    uint64_t seed;
};

/* Ready to serve samples of `set`, each of `shape`. */
void augment_init(struct augmenter *augmenter, const struct dataset *set, struct shape shape,
                  enum augment kind, uint64_t seed);

/* inputs [count, features] and labels [count] of samples order[0..count-1] in `epoch`.
 * flip    mirrored left to right with probability 1/2
 * shift   flipped, and moved by -1, 0 or 1 pixel in each direction
 * crop    flipped, and moved by -4 .. 4 pixels in each direction: a random cut of the image
 *         padded by 4 (He et al. 2016, section 4.2)
 * cutout  cropped, and one square of 16 x 16 about a random pixel set to 0, the mean
 *         (DeVries and Taylor 2017); what lies outside the image is cut off
 * What moves in from outside is black.
 * waveform  of speech: the clip shifted and with background noise, as speech_augment says
 * Threads share the work. */
void augment_batch(const struct augmenter *augmenter, uint64_t epoch, const uint32_t *order,
                   size_t count, float *inputs, uint8_t *labels);

#endif
