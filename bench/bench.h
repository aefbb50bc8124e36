/* bench.h -- what the timing jobs share: a network with samples, clocks, results.
 *
 * A job prints "name value" lines on stdout and leaves in its folder what the peers
 * need to compute with the same numbers: NAME.bin (a model file) and NAME.f32
 * (inputs, raw float32). */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "specs/dataset.h"
#include "specs/model.h"
#include "trainer/optimiser.h"
#include "trainer/method.h"

enum { SUBJECT_SAMPLES = 500 };

/* A network, its parameters and samples to run it on. */
struct subject {
    struct model model;
    struct dataset set;
};

/* The model FOLDER/NAME.bin with its task's test samples, the first of which are
 * written to FOLDER/NAME.f32.  Ends the program with the reason when it cannot. */
void subject_load(struct subject *subject, const char *folder, const char *name);

/* The paper's LSNN of 256 units in another shape, with initial parameters (seed 1) and
 * 100 samples of standard normal frames; both written to the folder. */
void subject_lsnn(struct subject *lsnn, const char *folder, const char *name, int steps,
                  int inputs, int classes);

/* ResNet32 with initial parameters and 256 images of standard normal pixels. */
void subject_resnet(struct subject *resnet);
void subject_clear(struct subject *subject);

/* Everything that one training step of `method` needs. */
struct step {
    const struct method *method;
    struct lesson lesson;
    struct optimiser optimiser;
    float *theta; /* of the subject, moved a little by every step */
};
void step_init(struct step *step, struct subject *subject, const char *method, size_t batch,
               enum optimiser_kind optimiser);
void step_run(void *step);
void step_clear(struct step *step);

double bench_cpu_seconds(void);  /* of this process, all threads */
double bench_wall_seconds(void);

/* CPU seconds of run(context): the best of `repeats` after one that warms up;
 * with 0 repeats the first counts. */
double bench_best(void (*run)(void *), void *context, int repeats);

void bench_print(const char *name, double value);

/* The message and exit code 3 when `failed` is not 0. */
void bench_check(int failed, const struct fault *fault);

/* The jobs. */
void time_prover(const char *folder);
void time_cnn(const char *folder);
void time_lsnn(const char *folder);
void time_resnet(const char *folder);
void time_chips(const char *folder);
void time_kernels(const char *folder);
void time_threads(const char *folder);

#endif
