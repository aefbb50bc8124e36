/* dataset.h -- labelled samples, made by the one code path that statements name.
 *
 * A sample's input is a float32 tensor computed in binary64 and rounded once;
 * it is taken as exact from then on.  What each task's data are, where the
 * files come from and how the parts are split is defined in data.md. */
#ifndef SPECS_DATASET_H
#define SPECS_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "fault.h"

enum split { SPLIT_TRAIN, SPLIT_VALID, SPLIT_TEST };

struct speech; /* speech.h */

struct dataset {
    char name[64];          /* e.g. "fmnist/test" */
    size_t count;           /* samples */
    size_t features;        /* values per sample */
    size_t classes;
    float *inputs;          /* [count, features], owned, 64-byte aligned */
    uint8_t *labels;        /* [count], owned */
    float black[3];         /* images: what a black pixel becomes, per channel */
    struct speech *speech;  /* speech, training part: the sound itself, owned; else NULL */
    char sha256[DIGEST_HEX]; /* of inputs' bytes (little-endian) followed by labels' */
};

/* The JSON "input" entry that a new model of `task` gets: shape and the
 * preprocessing constants, decimals as strings.  `options` is "" or a list
 * such as "split-by=patient,encoder=causal6".  NULL with the reason for an
 * unknown task or option.  The caller frees it. */
char *dataset_input(const char *task, const char *options, struct fault *fault);

/* Load one part of a task's data as the model's `input` JSON prescribes.
 * `folder` is the data directory (unused for synth-ecg).
 * Returns 0, or -1 with the reason (missing file, with where to get it). */
int dataset_load(struct dataset *set, const char *task, const char *input,
                 enum split split, const char *folder, struct fault *fault)
    __attribute__((warn_unused_result));

void dataset_clear(struct dataset *set);

/* "train", "valid" or "test"; -1 for another word. */
int split_from_name(const char *name);
const char *split_name(enum split split);

#endif
