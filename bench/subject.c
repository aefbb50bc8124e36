/* subject.c -- networks to time, and the clocks: see bench.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "specs/random.h"
#include "trainer/initial.h"

static double clock_seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double bench_cpu_seconds(void)
{
    return clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

double bench_wall_seconds(void)
{
    return clock_seconds(CLOCK_MONOTONIC);
}

double bench_best(void (*run)(void *), void *context, int repeats)
{
    double best = 0;
    for (int repeat = 0; repeat <= repeats; repeat++) {
        double began = bench_cpu_seconds();
        run(context);
        double seconds = bench_cpu_seconds() - began;
        if (repeat < 2 || seconds < best)
            best = seconds;
    }
    return best;
}

void bench_print(const char *name, double value)
{
    printf("%s %.9g\n", name, value);
    fflush(stdout);
}

void bench_check(int failed, const struct fault *fault)
{
    if (failed) {
        fprintf(stderr, "bench: %s\n", fault->text);
        exit(3);
    }
}

static void write_inputs(const struct subject *s, const char *folder, const char *name,
                         size_t count)
{
    struct fault fault;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.f32", folder, name);
    FILE *file = fopen(path, "wb");
    size_t written = 0;
    fault_set(&fault, "%s: cannot be written", path);
    bench_check(!file, &fault);
    if (count <= s->set.count)
        written = fwrite(s->set.inputs, sizeof(float) * s->set.features, count, file);
    bench_check(fclose(file) || written != count, &fault);
}

void subject_load(struct subject *s, const char *folder, const char *name)
{
    struct fault fault = {""};
    const char *data = getenv("STEADFAST_DATA");
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.bin", folder, name);
    bench_check(model_read(&s->model, path, &fault), &fault);
    bench_check(dataset_load(&s->set, s->model.task, s->model.input, SPLIT_TEST,
                             data ? data : "data", &fault), &fault);
    write_inputs(s, folder, name, SUBJECT_SAMPLES);
}

/* The network of `text`, not written anywhere, with `count` samples. */
static void make(struct subject *s, const char *name, const char *text, size_t count)
{
    struct fault fault = {""};
    memset(s, 0, sizeof *s);
    struct network *network = &s->model.network;
    bench_check(network_parse(network, text, &fault), &fault);
    initial_parameters(network, 1, network->theta);
    snprintf(s->model.task, sizeof s->model.task, "%s", name);
    s->model.input = strdup("{}");
    s->model.provenance = strdup("{}");
    size_t values = count * network->input_count;
    s->set.count = count;
    s->set.features = network->input_count;
    s->set.classes = network->class_count;
    s->set.inputs = fault_alloc_aligned(values, sizeof(float));
    s->set.labels = fault_alloc(count, 1);
    for (size_t i = 0; i < values; i++)
        s->set.inputs[i] = (float)random_normal(1, RANDOM_SAMPLING, i);
    for (size_t i = 0; i < count; i++)
        s->set.labels[i] = (uint8_t)(i % s->set.classes);
}

void subject_lsnn(struct subject *lsnn, const char *folder, const char *name, int steps,
                  int inputs, int classes)
{
    struct fault fault = {""};
    char path[4096];
    char text[600];
    snprintf(text, sizeof text,
             "{\"kind\":\"lsnn\",\"steps\":%d,\"inputs\":%d,\"units\":256,\"classes\":%d,"
             "\"tau\":\"20\",\"tau_ada\":\"98\",\"beta\":\"2.0\",\"b0\":\"0.01\","
             "\"refractory\":1,\"reset\":\"spike\",\"w_in\":\"w_in\",\"w_rec\":\"w_rec\","
             "\"w_out\":\"w_out\",\"b_out\":\"b_out\"}", steps, inputs, classes);
    make(lsnn, name, text, 100);
    snprintf(path, sizeof path, "%s/%s.bin", folder, name);
    bench_check(model_write(&lsnn->model, path, &fault), &fault);
    write_inputs(lsnn, folder, name, 100);
}

void subject_resnet(struct subject *resnet)
{
    char *text = network_default("cifar10", 0, 0);
    require(text);
    make(resnet, "cifar10", text, 256);
    free(text);
}

void subject_clear(struct subject *s)
{
    model_clear(&s->model);
    dataset_clear(&s->set);
}
