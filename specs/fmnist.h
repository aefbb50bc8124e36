/* fmnist.h -- the Fashion-MNIST task: images of 28 x 28 from IDX files (data.md). */
#ifndef SPECS_FMNIST_H
#define SPECS_FMNIST_H

#include <jansson.h>

#include "dataset.h"

/* Fill inputs [count, 1, 28, 28] and labels of one part from folder/fashion-mnist,
 * standardised with "mean" and "std" of the input entry.  Returns 0, or -1 with
 * the reason. */
int fmnist_load(struct dataset *set, const json_t *input, enum split split, const char *folder,
                struct fault *fault) __attribute__((warn_unused_result));

#endif
