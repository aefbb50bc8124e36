/* bench.c -- our side of the side-by-side timings (bench/run prints the ratios).
 *
 *   bench FOLDER CNN-MODEL LSNN-MODEL
 *
 * Writes a few hundred test inputs to FOLDER for bench/peers.py, then prints
 * "name seconds" per job: CPU time of one thread, the best of five runs. */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/domains/domain.h"
#include "analyzer/numbers/engine_double.h"
#include "analyzer/numbers/engine_mpfr.h"
#include "specs/dataset.h"
#include "specs/model.h"
#include "trainer/method.h"
#include "trainer/optimiser.h"

#define SAMPLES 256
#define REPEATS 5

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void check(int failed, const struct fault *fault)
{
    if (failed) {
        fprintf(stderr, "bench: %s\n", fault->text);
        exit(3);
    }
}

/* One model with its first test samples. */
struct subject {
    struct model model;
    struct dataset set;
};

static void load(struct subject *s, const char *path, const char *folder, const char *name)
{
    struct fault fault = {""};
    const char *data = getenv("STEADFAST_DATA");
    char file[4096];
    check(model_read(&s->model, path, &fault), &fault);
    check(dataset_load(&s->set, s->model.task, s->model.input, SPLIT_TEST, data ? data : "data",
                       &fault), &fault);
    snprintf(file, sizeof file, "%s/%s.f32", folder, name);
    FILE *out = fopen(file, "wb");
    if (!out || fwrite(s->set.inputs, sizeof(float) * s->set.features, SAMPLES, out) != SAMPLES) {
        fprintf(stderr, "bench: %s: cannot be written\n", file);
        exit(3);
    }
    fclose(out);
}

/* Bound the first `count` samples for one zeta; seconds per sample, best run. */
static double time_bounds(const struct subject *s, const struct engine *engine,
                          const char *zeta, size_t count, int repeats)
{
    struct fault fault = {""};
    struct box box;
    check(box_init(&box, BOX_RELATIVE, zeta, &fault), &fault);
    struct domain *domain = domain_new(engine, &s->model.network, &box, &fault);
    check(!domain, &fault);
    struct analysis *analysis = analysis_new(domain);
    static struct margins results[DOMAIN_BATCH];
    double best = 1e9;
    for (int repeat = 0; repeat <= repeats; repeat++) {
        double began = cpu_seconds();
        for (size_t first = 0; first < count; first += DOMAIN_BATCH) {
            const float *inputs[DOMAIN_BATCH];
            int labels[DOMAIN_BATCH];
            size_t batch = count - first < DOMAIN_BATCH ? count - first : DOMAIN_BATCH;
            for (size_t i = 0; i < batch; i++) {
                inputs[i] = s->set.inputs + (first + i) * s->set.features;
                labels[i] = s->set.labels[first + i];
            }
            domain_bound(domain, analysis, inputs, labels, batch, results, NULL);
        }
        double seconds = (cpu_seconds() - began) / (double)count;
        if ((repeat || !repeats) && seconds < best)
            best = seconds;
    }
    analysis_free(analysis);
    domain_free(domain);
    box_clear(&box);
    return best;
}

/* One gradient by `method` and Adam's step on it. */
static double time_step(const struct subject *s, const char *method, size_t batch)
{
    const struct method *how = method_find(method);
    struct lesson lesson;
    lesson_init(&lesson, how, &s->model.network, batch);
    struct optimiser adam;
    optimiser_init(&adam, OPTIMISER_ADAM, s->model.network.trainable_count);
    lesson.theta = s->model.network.theta;
    lesson.inputs = s->set.inputs;
    lesson.labels = s->set.labels;
    lesson.count = batch;
    double best = 1e9;
    for (int repeat = 0; repeat <= REPEATS; repeat++) {
        double began = cpu_seconds();
        how->gradient(&lesson);
        optimiser_step(&adam, s->model.network.theta, lesson.gradient, 1e-5);
        double seconds = cpu_seconds() - began;
        if (repeat && seconds < best)
            best = seconds;
    }
    optimiser_clear(&adam);
    lesson_clear(&lesson);
    return best;
}

static void print(const char *name, double seconds)
{
    printf("%s %.9g\n", name, seconds);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: bench FOLDER CNN-MODEL LSNN-MODEL\n");
        return 2;
    }
    static struct subject cnn, lsnn;
    omp_set_num_threads(1);
    load(&cnn, argv[2], argv[1], "fmnist");
    load(&lsnn, argv[3], argv[1], "ecg");
    print("cnn-box", time_bounds(&cnn, engine_double(), "1e-4", 128, REPEATS));
    print("cnn-box-mpfr", time_bounds(&cnn, engine_mpfr(128), "1e-4", 2, 0));
    print("lsnn-box-1e-05", time_bounds(&lsnn, engine_double(), "1e-5", 100, REPEATS));
    print("lsnn-box-0.001", time_bounds(&lsnn, engine_double(), "1e-3", 100, REPEATS));
    print("lsnn-box-mpfr", time_bounds(&lsnn, engine_mpfr(128), "1e-5", 4, 0));
    print("lsnn-step-plain", time_step(&lsnn, "standard", 100));
    print("cnn-step-plain", time_step(&cnn, "standard", 128));
    print("cnn-step-attacked", time_step(&cnn, "beta", 128));
    return 0;
}
