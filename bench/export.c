/* export.c -- see export.h. */
#include "export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "specs/random.h"
#include "trainer/augment.h"
#include "trainer/initial.h"

static void write_file(const char *stem, const char *ending, const void *bytes, size_t length)
{
    struct fault fault;
    char path[4096];
    snprintf(path, sizeof path, "%s%s", stem, ending);
    FILE *file = fopen(path, "wb");
    fault_set(&fault, "%s: cannot be written", path);
    bench_check(!file, &fault);
    size_t written = fwrite(bytes, 1, length, file);
    bench_check(fclose(file) || written != length, &fault);
}

static int ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), tail = strlen(ending);
    return length > tail && strcmp(text + length - tail, ending) == 0;
}

static const char *data_folder(void)
{
    const char *folder = getenv("STEADFAST_DATA");
    return folder ? folder : "data";
}

/* A task's preprocessing, or a model's. */
static void find_input(struct model *model, const char *what)
{
    struct fault fault = {""};
    memset(model, 0, sizeof *model);
    if (ends_with(what, ".bin")) {
        bench_check(model_read(model, what, &fault), &fault);
        return;
    }
    snprintf(model->task, sizeof model->task, "%s", what);
    model->input = dataset_input(what, "", &fault);
    bench_check(!model->input, &fault);
}

static uint64_t number(const char *word, const char *name)
{
    struct fault fault;
    char *end;
    errno = 0;
    uint64_t value = strtoull(word, &end, 10);
    fault_set(&fault, "%s: '%s' is no whole number", name, word);
    bench_check(errno || *end || end == word || *word == '-', &fault);
    return value;
}

int export_samples(const char *what, const char *split, const char *file)
{
    struct fault fault = {""};
    struct model model;
    struct dataset set;
    char text[100];
    int part = split_from_name(split);
    fault_set(&fault, "'%s' is no split: train, valid or test", split);
    bench_check(part < 0, &fault);
    find_input(&model, what);
    bench_check(dataset_load(&set, model.task, model.input, (enum split)part, data_folder(),
                             &fault), &fault);
    write_file(file, ".f32", set.inputs, set.count * set.features * sizeof *set.inputs);
    write_file(file, ".u8", set.labels, set.count);
    snprintf(text, sizeof text, "%zu %zu %zu\n", set.count, set.features, set.classes);
    write_file(file, ".txt", text, strlen(text));
    dataset_clear(&set);
    model_clear(&model);
    return 0;
}

int export_initial(const char *task, const char *seed, const char *file)
{
    struct fault fault = {""};
    struct model model;
    find_input(&model, task);
    char *text = network_default(task, 0, 0);
    fault_set(&fault, "'%s' has no network", task);
    bench_check(!text || network_parse(&model.network, text, &fault), &fault);
    initial_parameters(&model.network, number(seed, "seed"), model.network.theta);
    model.provenance = strdup("{}");
    bench_check(model_write(&model, file, &fault), &fault);
    free(text);
    model_clear(&model);
    return 0;
}

/* What export_batches was asked for. */
struct request {
    uint64_t epochs, seed;
    size_t limit, batch;
    int augment;
};

static void serve(const struct request *r, const struct dataset *set, struct shape shape)
{
    struct augmenter augmenter;
    struct fault fault;
    size_t count = r->limit && r->limit < set->count ? r->limit : set->count;
    size_t batch = r->batch < count ? r->batch : count;
    uint32_t *order = fault_alloc(count, sizeof *order);
    float *inputs = fault_alloc_aligned(batch * set->features, sizeof *inputs);
    uint8_t *labels = fault_alloc(batch, 1);
    fault_set(&fault, "stdout: cannot be written");
    augment_init(&augmenter, set, shape, (enum augment)r->augment, r->seed);
    for (uint64_t epoch = 0; epoch < r->epochs; epoch++) {
        random_permutation(r->seed, RANDOM_SHUFFLE, epoch, (uint32_t)count, order);
        for (size_t b = 0; b < count / batch; b++) {
            augment_batch(&augmenter, epoch, order + b * batch, batch, inputs, labels);
            size_t values = batch * set->features;
            bench_check(fwrite(inputs, sizeof *inputs, values, stdout) != values ||
                        fwrite(labels, 1, batch, stdout) != batch, &fault);
        }
    }
    bench_check(fflush(stdout), &fault);
    free(order);
    free(inputs);
    free(labels);
}

int export_batches(char **words)
{
    struct fault fault = {""};
    struct model model;
    struct dataset set;
    struct request r = {number(words[1], "epochs"), number(words[2], "seed"),
                        number(words[3], "limit"), number(words[4], "batch"),
                        augment_from_name(words[5])};
    fault_set(&fault, "'%s' is no augmentation", words[5]);
    bench_check(r.augment < 0, &fault);
    find_input(&model, words[0]);
    char *text = network_default(words[0], 0, 0);
    fault_set(&fault, "'%s' has no network", words[0]);
    bench_check(!text || network_parse(&model.network, text, &fault), &fault);
    bench_check(dataset_load(&set, model.task, model.input, SPLIT_TRAIN, data_folder(), &fault),
                &fault);
    serve(&r, &set, model.network.input_shape);
    free(text);
    dataset_clear(&set);
    model_clear(&model);
    return 0;
}
