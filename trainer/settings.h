/* settings.h -- what a training run is: everything that decides its result.
 *
 * Two runs with the same settings, data and kind of CPU give the same model,
 * bit for bit; settings_print is the text that says so, in checkpoints and in
 * a model's provenance. */
#ifndef TRAINER_SETTINGS_H
#define TRAINER_SETTINGS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "method.h"
#include "optimiser.h"
#include "specs/digest.h"
#include "specs/encoder.h"
#include "specs/fault.h"

enum schedule { SCHEDULE_STEP, SCHEDULE_COSINE, SCHEDULE_MILESTONES };
#define SETTINGS_MILESTONES 8 /* at most */
enum augment { AUGMENT_NONE, AUGMENT_FLIP, AUGMENT_SHIFT, AUGMENT_CROP, AUGMENT_CUTOUT,
               AUGMENT_WAVEFORM };

struct settings {
    const char *task;            /* borrowed */
    const struct method *method;
    size_t epochs, batch;
    size_t units;                /* LSNN */
    size_t limit;                /* first training samples used; 0 = all */
    double lr, lr_final;         /* the optimiser's rate at the start and at the end */
    enum schedule schedule;      /* step: lr_final for the last quarter of the epochs */
    size_t milestone_count;      /* milestones: times 0.2 at each of these shares of the */
    double milestones[SETTINGS_MILESTONES]; /* steps, rising; lr_final is not used */
    enum optimiser_kind optimiser;
    double momentum, weight_decay;
    enum augment augment;
    double select_noise;         /* keep the best epoch under noise of this size; 0 = clean */
    struct recipe recipe;        /* of the method */
    uint64_t seed;
    int by_patient;              /* ecg: split by patient */
    enum encoder_kind encoder;   /* ecg, synth-ecg */
    char from[DIGEST_HEX];       /* sha256 of the model started from, or "" */
    char train[DIGEST_HEX], valid[DIGEST_HEX]; /* of the data */
};

/* The defaults of a task and method: paper section 3.3 for the attack, shorter schedules.
 * Returns 0, or -1 with the reason for a task that cannot be trained. */
int settings_default(struct settings *settings, const char *task, const struct method *method,
                     struct fault *fault) __attribute__((warn_unused_result));

/* The data options of dataset_input that the settings name, e.g. "encoder=causal6". */
void settings_data_options(const struct settings *settings, char text[64]);

/* The optimiser's rate after `done` of all steps (a fraction). */
double settings_rate(const struct settings *settings, double done);

/* The settings as a new JSON object; numbers that are not whole are strings. */
json_t *settings_print(const struct settings *settings);

/* Names of the enumerations; -1 for an unknown word. */
int schedule_from_name(const char *name);
int augment_from_name(const char *name);
int optimiser_from_name(const char *name);

/* Tasks and methods with their defaults, for --list. */
void settings_list(FILE *stream);

#endif
