/* weight_clip.h -- weights kept within a few standard deviations of their tensor.
 *
 * The paper's ResNet recipe (its code: 2) does so after every step, so that the
 * conductance range of a device is well used: noise relative to the largest weight
 * hurts less when no weight is far out. */
#ifndef TRAINER_WEIGHT_CLIP_H
#define TRAINER_WEIGHT_CLIP_H

#include "specs/network.h"

/* Clamp every weight of a tensor to [-k s, k s], s the tensor's standard deviation about its
 * mean; biases and normalisations are left alone.  k 0: do nothing. */
void weight_clip(const struct network *network, double k, float *theta);

#endif
