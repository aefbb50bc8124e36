/* course.h -- a training run: epochs of steps, validation, checkpoints. */
#ifndef TRAINER_COURSE_H
#define TRAINER_COURSE_H

#include "settings.h"
#include "specs/dataset.h"
#include "specs/network.h"
#include "state.h"

struct course {
    const struct settings *settings;
    const struct network *network;
    const struct dataset *train, *valid;
    const char *checkpoint; /* path */
    const char *log;        /* path of the CSV, or NULL */
    const unsigned char *out; /* per tensor: 1 stays out of attack and noise; NULL: none */
    int quiet;
};

enum outcome {
    OUTCOME_DONE,
    OUTCOME_STOPPED,  /* by a signal; the checkpoint is written */
    OUTCOME_DIVERGED, /* the loss is no number; the last good checkpoint stands */
    OUTCOME_FAULT     /* a file could not be written */
};

/* Training samples that the settings' limit leaves. */
size_t course_samples(const struct course *course);

/* Go on from `state` to the last epoch, one line per epoch on stdout.  The best
 * epoch's parameters by validation accuracy, clean or under noise as the settings say
 * (the first of equals), end up in state->best.  For all but OUTCOME_DONE the reason, with
 * the cure, is in `fault`. */
enum outcome course_run(const struct course *course, struct state *state, struct fault *fault);

#endif
