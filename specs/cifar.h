/* cifar.h -- the CIFAR-10 task: colour images of 32 x 32 from binary batches (data.md). */
#ifndef SPECS_CIFAR_H
#define SPECS_CIFAR_H

#include <jansson.h>

#include "dataset.h"

/* The input entry of a new model. */
extern const char cifar_input[];

/* Fill inputs [count, 3, 32, 32] and labels of one part from the batches there are in
 * folder/cifar-10, plain or gzipped, standardised per colour with "mean" and "std" of the
 * input entry.  Training and validation need at least one of the five training
 * batches.  Returns 0, or -1 with the reason: file, offset and cure. */
int cifar_load(struct dataset *set, const json_t *input, enum split split, const char *folder,
               struct fault *fault) __attribute__((warn_unused_result));

#endif
