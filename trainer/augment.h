/* augment.h -- the batch of a step: shuffled samples, images perhaps mirrored and moved.
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
    float blank; /* what moves in from outside: the smallest value in the set */
};

/* Ready to serve samples of `set`, each of `shape`. */
void augment_init(struct augmenter *augmenter, const struct dataset *set, struct shape shape,
                  enum augment kind, uint64_t seed);

/* inputs [count, features] and labels [count] of samples order[0..count-1] in `epoch`.
 * flip: mirrored left to right with probability 1/2; shift: flipped and moved by -1, 0 or 1
 * pixel in each direction as well. */
void augment_batch(const struct augmenter *augmenter, uint64_t epoch, const uint32_t *order,
                   size_t count, float *inputs, uint8_t *labels);

#endif
