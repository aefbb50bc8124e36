/* box_file.c -- see box_file.h. */
#include "box_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outfile.h"
#include "safetensors.h"

/* One tensor's ends against each other and against the model. */
static int check_ends(const struct safetensors *file, const struct tensor *tensor,
                      const float *theta, const float *lower, const float *upper,
                      const uint64_t begin[2], struct fault *fault)
{
    for (size_t i = 0; i < tensor->count; i++) {
        int high = isfinite(lower[i]);
        const char *wrong = NULL;
        if (!isfinite(lower[i]) || !isfinite(upper[i]))
            wrong = "no finite number; write a finite end";
        else if (lower[i] > upper[i])
            wrong = "an upper end below its lower end; exchange them";
        else if (lower[i] > theta[i] || upper[i] < theta[i])
            wrong = "an end that leaves the model's own value outside; widen the interval";
        if (!wrong)
            continue;
        if (isfinite(upper[i]) && lower[i] <= upper[i])
            high = upper[i] < theta[i];
        return fault_set(fault, "%s: tensor %s.%s: value %zu, at offset %llu, is %s", file->name,
                         tensor->name, high ? "upper" : "lower", i,
                         (unsigned long long)(file->data + begin[high] + 4 * i), wrong);
    }
    return 0;
}

static int take_ends(const struct safetensors *file, const struct network *network,
                     const struct tensor *tensor, float *lower, float *upper,
                     struct safetensors_range ranges[2], struct fault *fault)
{
    char names[2][80];
    snprintf(names[0], sizeof names[0], "%s.lower", tensor->name);
    snprintf(names[1], sizeof names[1], "%s.upper", tensor->name);
    lower += tensor->offset;
    upper += tensor->offset;
    if (safetensors_take(file, names[0], tensor, lower, &ranges[0], fault) ||
        safetensors_take(file, names[1], tensor, upper, &ranges[1], fault))
        return -1;
    const uint64_t begin[2] = {ranges[0].begin, ranges[1].begin};
    return check_ends(file, tensor, network->theta + tensor->offset, lower, upper, begin, fault);
}

static int take_all(const struct safetensors *file, const struct network *network, float *lower,
                    float *upper, struct fault *fault)
{
    size_t tensors = (size_t)network->tensor_count;
    struct safetensors_range *ranges = fault_alloc(2 * tensors, sizeof *ranges);
    int bad = 0;
    for (size_t i = 0; i < tensors && !bad; i++)
        bad = take_ends(file, network, &network->tensors[i], lower, upper,
                        &ranges[2 * i], fault);
    size_t there = json_object_size(file->header) -
                   (json_object_get(file->header, "__metadata__") != NULL);
    if (!bad && there != 2 * tensors)
        bad = fault_set(fault, "%s: %zu tensors, but the model's box has %zu; remove the others",
                        file->name, there, 2 * tensors);
    if (!bad)
        bad = safetensors_cover(file, ranges, 2 * tensors, fault);
    free(ranges);
    return bad;
}

int box_file_read(const char *path, const struct network *network, float *lower, float *upper,
                  char sha256[DIGEST_HEX], struct fault *fault)
{
    size_t length = 0;
    struct safetensors file;
    unsigned char *bytes = safetensors_load(path, &length, fault);
    if (!bytes)
        return -1;
    digest_of(bytes, length, sha256);
    int bad = safetensors_open(&file, bytes, length, path, fault);
    if (!bad) {
        bad = take_all(&file, network, lower, upper, fault);
        safetensors_clear(&file);
    }
    free(bytes);
    return bad;
}

int box_file_write(const char *path, const struct network *network, const float *lower,
                   const float *upper, struct fault *fault)
{
    size_t count = network->parameter_count, data, length;
    struct outfile file;
    json_t *header = json_object();
    if (outfile_open(&file, path, fault)) {
        json_decref(header);
        return -1;
    }
    for (int i = 0; i < network->tensor_count; i++) {
        const struct tensor *t = &network->tensors[i];
        char name[80];
        snprintf(name, sizeof name, "%s.lower", t->name);
        safetensors_add(header, name, t, t->offset);
        snprintf(name, sizeof name, "%s.upper", t->name);
        safetensors_add(header, name, t, count + t->offset);
    }
    unsigned char *bytes = safetensors_bytes(header, 2 * count, &data, &length);
    memcpy(bytes + data, lower, 4 * count);
    memcpy(bytes + data + 4 * count, upper, 4 * count);
    fwrite(bytes, 1, length, file.stream);
    free(bytes);
    json_decref(header);
    return outfile_commit(&file, fault);
}
