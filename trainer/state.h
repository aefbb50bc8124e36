/* state.h -- how far a training run has come, in memory and in a checkpoint file.
 *
 * A checkpoint holds all that a run needs to go on as if it had never stopped:
 * resumed runs give the same bytes as uninterrupted ones.  The file is
 *
 *     16 bytes  "steadfast ckpt 1"
 *      8 bytes  length of the JSON, little-endian
 *      JSON     settings, counters, sums (hexadecimal floats), sha256 of the rest
 *      float32  theta, best theta; of the optimiser (trainable parameters) m, v
 *
 * It is written whole or not at all (outfile.h). */
#ifndef TRAINER_STATE_H
#define TRAINER_STATE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "optimiser.h"
#include "specs/fault.h"

struct state {
    size_t parameters;
    uint64_t epoch, batch; /* the next to be done, from 0 */

    /* Of the running epoch, so far. */
    double loss, robust; /* sums over batches */
    uint64_t correct;    /* samples */

    uint64_t best_epoch;   /* number (from 1) of the epoch that `best` is from; 0 = none */
    uint64_t best_correct; /* validation samples it classifies correctly */
    uint64_t best_score;   /* what it was chosen by: the same, or their sum over noisy chips */
    float *theta, *best;   /* [parameters], owned */
    struct optimiser optimiser;
    char *log; /* CSV lines of the epochs done; owned */
};

/* For that many parameters, of which an optimiser of this kind moves the first `trainable`;
 * its momentum and weight decay may then be set (they are settings, not state). */
void state_init(struct state *state, size_t parameters, size_t trainable,
                enum optimiser_kind kind);
void state_clear(struct state *state); /* safe on a zeroed struct */

/* Add a line to the log. */
void state_log(struct state *state, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Write a checkpoint of the run with these settings.  Returns 0, or -1 with the reason. */
int state_write(const struct state *state, const json_t *settings, const char *path,
                struct fault *fault) __attribute__((warn_unused_result));

/* Read one back into an initialised state.  Refuses damaged files and those of another
 * run, naming the first setting that differs.  On -1 the state is as it was. */
int state_read(struct state *state, const json_t *settings, const char *path,
               struct fault *fault) __attribute__((warn_unused_result));

#endif
