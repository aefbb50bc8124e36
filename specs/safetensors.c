/* safetensors.c -- see safetensors.h. */
#include "safetensors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_HEADER ((uint64_t)16 << 20)
#define MOST_FILE ((uint64_t)1 << 30)

unsigned char *safetensors_load(const char *path, size_t *length, struct fault *fault)
{
    struct stat status;
    FILE *file = fopen(path, "rb");
    if (!file || fstat(fileno(file), &status)) {
        fault_set(fault, "%s: cannot be read: %s", path, strerror(errno));
    } else if (!S_ISREG(status.st_mode)) {
        fault_set(fault, "%s: is no regular file; name a safetensors file", path);
    } else if ((uint64_t)status.st_size > MOST_FILE) {
        fault_set(fault, "%s: %lld bytes; at most %llu are read", path,
                  (long long)status.st_size, (unsigned long long)MOST_FILE);
    } else {
        unsigned char *bytes = fault_alloc((size_t)status.st_size, 1);
        *length = fread(bytes, 1, (size_t)status.st_size, file);
        fclose(file);
        return bytes;
    }
    if (file)
        fclose(file);
    return NULL;
}

int safetensors_open(struct safetensors *file, const void *bytes, size_t length,
                     const char *name, struct fault *fault)
{
    *file = (struct safetensors){.name = name, .bytes = bytes, .length = length};
    if (length < SAFETENSORS_PREFIX)
        return fault_set(fault, "%s: %zu bytes long, too short for a model file; is it truncated?",
                         name, length);
    uint64_t size = 0;
    for (int i = SAFETENSORS_PREFIX - 1; i >= 0; i--)
        size = size << 8 | file->bytes[i];
    if (size > MOST_HEADER || size > length - SAFETENSORS_PREFIX)
        return fault_set(fault, "%s: offset 0: a header of %llu bytes does not fit the file's "
                         "%zu; it is truncated or no safetensors file", name,
                         (unsigned long long)size, length);
    file->data = SAFETENSORS_PREFIX + (size_t)size;
    json_error_t error;
    file->header = json_loadb((const char *)file->bytes + SAFETENSORS_PREFIX, (size_t)size,
                              JSON_REJECT_DUPLICATES, &error);
    if (!file->header)
        return fault_set(fault, "%s: offset %d: the header is not valid JSON: %s", name,
                         SAFETENSORS_PREFIX + error.position, error.text);
    if (json_is_object(file->header))
        return 0;
    safetensors_clear(file);
    return fault_set(fault, "%s: offset %d: the header is no JSON object", name,
                     SAFETENSORS_PREFIX);
}

void safetensors_clear(struct safetensors *file)
{
    json_decref(file->header);
    file->header = NULL;
}

static int read_range(const struct safetensors *file, const json_t *entry, const char *name,
                      size_t count, uint64_t *begin, struct fault *fault)
{
    const json_t *range = json_object_get(entry, "data_offsets");
    const json_t *from = json_array_get(range, 0), *to = json_array_get(range, 1);
    uint64_t size = file->length - file->data;
    if (json_array_size(range) != 2 || !json_is_integer(from) || !json_is_integer(to) ||
        json_integer_value(from) < 0 || json_integer_value(to) < json_integer_value(from) ||
        (uint64_t)json_integer_value(to) > size)
        return fault_set(fault, "%s: tensor %s: data_offsets do not lie within the %llu bytes "
                         "that follow offset %zu; the file is truncated or its header wrong",
                         file->name, name, (unsigned long long)size, file->data);
    *begin = (uint64_t)json_integer_value(from);
    uint64_t bytes = (uint64_t)json_integer_value(to) - *begin;
    if (bytes != 4 * (uint64_t)count)
        return fault_set(fault, "%s: tensor %s: offset %llu: holds %llu bytes, its shape needs "
                         "%llu", file->name, name, (unsigned long long)(file->data + *begin),
                         (unsigned long long)bytes, 4ull * count);
    return 0;
}

static int check_entry(const struct safetensors *file, const json_t *entry, const char *name,
                       const struct tensor *like, struct fault *fault)
{
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    if (!dtype || strcmp(dtype, "F32"))
        return fault_set(fault, "%s: tensor %s: dtype %.20s; only F32 is read, convert it",
                         file->name, name, dtype ? dtype : "missing");
    const json_t *shape = json_object_get(entry, "shape");
    int fits = json_is_array(shape) && json_array_size(shape) == (size_t)like->rank;
    for (int i = 0; fits && i < like->rank; i++) {
        const json_t *side = json_array_get(shape, (size_t)i);
        fits = json_is_integer(side) && json_integer_value(side) == (json_int_t)like->shape[i];
    }
    if (!fits)
        return fault_set(fault, "%s: tensor %s: its shape is not the one its layer needs "
                         "(rank %d, %zu x %zu x %zu x %zu)", file->name, name, like->rank,
                         like->shape[0], like->shape[1], like->shape[2], like->shape[3]);
    return 0;
}

int safetensors_take(const struct safetensors *file, const char *name, const struct tensor *like,
                     float *values, struct safetensors_range *range, struct fault *fault)
{
    const json_t *entry = json_object_get(file->header, name);
    uint64_t begin = 0;
    if (!entry)
        return fault_set(fault, "%s: tensor %s is missing; the network needs it", file->name,
                         name);
    if (check_entry(file, entry, name, like, fault) ||
        read_range(file, entry, name, like->count, &begin, fault))
        return -1;
    memcpy(values, file->bytes + file->data + begin, 4 * like->count);
    if (range) {
        *range = (struct safetensors_range){begin, begin + 4 * (uint64_t)like->count, ""};
        snprintf(range->name, sizeof range->name, "%s", name);
    }
    return 0;
}

static int by_begin(const void *a, const void *b)
{
    const struct safetensors_range *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

int safetensors_cover(const struct safetensors *file, struct safetensors_range *ranges,
                      size_t count, struct fault *fault)
{
    qsort(ranges, count, sizeof *ranges, by_begin);
    uint64_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].begin != at)
            return fault_set(fault, "%s: tensor %s: offset %llu: %s the one before it; write "
                             "the tensors one after another", file->name, ranges[i].name,
                             (unsigned long long)(file->data + ranges[i].begin),
                             ranges[i].begin < at ? "overlaps" : "leaves a gap to");
        at = ranges[i].end;
    }
    if (at != file->length - file->data)
        return fault_set(fault, "%s: offset %llu: %llu bytes follow that belong to no tensor",
                         file->name, (unsigned long long)(file->data + at),
                         (unsigned long long)(file->length - file->data - at));
    return 0;
}
