/* model_store.h -- the file format that model.c reads and model_write.c writes. */
#ifndef SPECS_MODEL_STORE_H
#define SPECS_MODEL_STORE_H

#include "model.h"

#define MODEL_FORMAT "steadfast/1"

int model_little_endian(void);

/* The tensor that goes with layer i's weight when a batch normalisation was folded into it.
 * Returns whether there may be one. */
int model_norm_tensor(const struct network *network, size_t i, struct tensor *norm);

#endif
