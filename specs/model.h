/* model.h -- a network with its parameters and history, in one file.
 *
 * A model file is a safetensors file (model.md): 8 bytes of header length,
 * JSON, raw little-endian tensors.  Readers refuse whatever does not fit,
 * naming the offset and the cure, and never guess. */
#ifndef SPECS_MODEL_H
#define SPECS_MODEL_H

#include "digest.h"
#include "fault.h"
#include "network.h"

struct model {
    struct network network; /* owned, theta included */
    /* Per layer: NULL, or what was folded into it (fold.h), [3, out]: factor, mean, variance;
     * owned. */
    float *norms[NETWORK_LAYERS];
    char task[32];          /* "synth-ecg", "ecg", "speech", "fmnist", "cifar10" */
    char *input;            /* JSON of the "input" entry: preprocessing constants; owned */
    char *provenance;       /* JSON of the "provenance" entry; owned */
    char sha256[DIGEST_HEX]; /* of the whole file; set by model_read and model_write */
};

/* Read and check a whole model file.  Returns 0, or -1 with the reason; then
 * nothing needs clearing. */
int model_read(struct model *model, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

/* The same from memory; `name` stands for the path in messages. */
int model_parse(struct model *model, const void *bytes, size_t length,
                const char *name, struct fault *fault) __attribute__((warn_unused_result));

/* Write atomically (outfile.h); canonical: the same model gives the same bytes. */
int model_write(struct model *model, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

void model_clear(struct model *model);

/* folded [NETWORK_TENSORS]: 1 for biases that folding a batch normalisation made (fold.h), else 0. */
void model_folded(const struct model *model, unsigned char *folded);

#endif
