/* export.c -- see export.h. */
#include "export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

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

int export_samples(const char *what, const char *split, const char *file)
{
    struct fault fault = {""};
    struct model model = {.task = ""};
    struct dataset set;
    const char *data = getenv("STEADFAST_DATA");
    size_t length = strlen(what);
    if (length > 4 && strcmp(what + length - 4, ".bin") == 0) {
        bench_check(model_read(&model, what, &fault), &fault);
    } else {
        snprintf(model.task, sizeof model.task, "%s", what);
        model.input = dataset_input(what, "", &fault);
        bench_check(!model.input, &fault);
    }
    int part = split_from_name(split);
    fault_set(&fault, "'%s' is no split: train, valid or test", split);
    bench_check(part < 0, &fault);
    bench_check(dataset_load(&set, model.task, model.input, (enum split)part,
                             data ? data : "data", &fault), &fault);
    write_file(file, ".f32", set.inputs, set.count * set.features * sizeof *set.inputs);
    write_file(file, ".u8", set.labels, set.count);
    char text[100];
    snprintf(text, sizeof text, "%zu %zu %zu\n", set.count, set.features, set.classes);
    write_file(file, ".txt", text, strlen(text));
    printf("%s: %zu samples of %zu values, sha256 %s\n", set.name, set.count, set.features,
           set.sha256);
    dataset_clear(&set);
    model_clear(&model);
    return 0;
}
