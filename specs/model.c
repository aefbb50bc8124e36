/* model.c -- see model.h and model.md. */
#include "model.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model_store.h"

#define MOST_HEADER ((uint64_t)16 << 20)
#define MOST_FILE ((uint64_t)1 << 30)

/* A file being read: its name for messages, its bytes, where tensors begin. */
struct source {
    const char *name;
    const unsigned char *bytes;
    size_t length, data; /* data: offset of the first tensor byte */
};

static json_t *read_header(struct source *source, struct fault *fault)
{
    if (source->length < MODEL_PREFIX) {
        fault_set(fault, "%s: %zu bytes long, too short for a model file; is it truncated?",
                  source->name, source->length);
        return NULL;
    }
    uint64_t size = 0;
    for (int i = MODEL_PREFIX - 1; i >= 0; i--)
        size = size << 8 | source->bytes[i];
    if (size > MOST_HEADER || size > source->length - MODEL_PREFIX) {
        fault_set(fault, "%s: offset 0: a header of %llu bytes does not fit the file's %zu; it "
                  "is truncated or no safetensors file", source->name,
                  (unsigned long long)size, source->length);
        return NULL;
    }
    source->data = MODEL_PREFIX + (size_t)size;
    json_error_t error;
    json_t *header = json_loadb((const char *)source->bytes + MODEL_PREFIX, (size_t)size,
                                JSON_REJECT_DUPLICATES, &error);
    if (!header)
        fault_set(fault, "%s: offset %d: the header is not valid JSON: %s", source->name,
                  MODEL_PREFIX + error.position, error.text);
    else if (!json_is_object(header)) {
        fault_set(fault, "%s: offset %d: the header is no JSON object", source->name, MODEL_PREFIX);
        json_decref(header);
        header = NULL;
    }
    return header;
}

/* A text among the metadata. */
static const char *metadata(const json_t *header, const char *key, const struct source *source,
                            struct fault *fault)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(header, "__metadata__"), key));
    if (!text)
        fault_set(fault, "%s: __metadata__ has no text \"%s\"; it must name format, network, "
                  "task, classes, input and provenance (specs/model.md)", source->name, key);
    return text;
}

/* Bytes [begin, end) of the data that an entry claims. */
static int read_range(const json_t *entry, const struct tensor *tensor,
                      const struct source *source, uint64_t *begin, struct fault *fault)
{
    const json_t *range = json_object_get(entry, "data_offsets");
    const json_t *from = json_array_get(range, 0), *to = json_array_get(range, 1);
    uint64_t size = source->length - source->data;
    if (json_array_size(range) != 2 || !json_is_integer(from) || !json_is_integer(to) ||
        json_integer_value(from) < 0 || json_integer_value(to) < json_integer_value(from) ||
        (uint64_t)json_integer_value(to) > size)
        return fault_set(fault, "%s: tensor %s: data_offsets do not lie within the %llu bytes "
                         "that follow offset %zu; the file is truncated or its header wrong",
                         source->name, tensor->name, (unsigned long long)size, source->data);
    *begin = (uint64_t)json_integer_value(from);
    uint64_t bytes = (uint64_t)json_integer_value(to) - *begin;
    if (bytes != 4 * (uint64_t)tensor->count)
        return fault_set(fault, "%s: tensor %s: offset %llu: holds %llu bytes, its shape needs "
                         "%llu", source->name, tensor->name,
                         (unsigned long long)(source->data + *begin), (unsigned long long)bytes,
                         4ull * tensor->count);
    return 0;
}

static int check_entry(const json_t *entry, const struct tensor *tensor,
                       const struct source *source, struct fault *fault)
{
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    if (!dtype || strcmp(dtype, "F32"))
        return fault_set(fault, "%s: tensor %s: dtype %.20s; only F32 is read, convert it",
                         source->name, tensor->name, dtype ? dtype : "missing");
    const json_t *shape = json_object_get(entry, "shape");
    int fits = json_is_array(shape) && json_array_size(shape) == (size_t)tensor->rank;
    for (int i = 0; fits && i < tensor->rank; i++) {
        const json_t *side = json_array_get(shape, (size_t)i);
        fits = json_is_integer(side) &&
               json_integer_value(side) == (json_int_t)tensor->shape[i];
    }
    if (!fits)
        return fault_set(fault, "%s: tensor %s: its shape is not the one its layer needs "
                         "(rank %d, %zu x %zu x %zu x %zu)", source->name, tensor->name,
                         tensor->rank, tensor->shape[0], tensor->shape[1], tensor->shape[2],
                         tensor->shape[3]);
    return 0;
}

static int take_values(float *values, const struct tensor *tensor, const struct source *source,
                       uint64_t begin, struct fault *fault)
{
    memcpy(values, source->bytes + source->data + begin, 4 * tensor->count);
    for (size_t i = 0; i < tensor->count; i++)
        if (!isfinite(values[i]))
            return fault_set(fault, "%s: tensor %s: value %zu, at offset %llu, is %s; train "
                             "again or repair it", source->name, tensor->name, i,
                             (unsigned long long)(source->data + begin + 4 * i),
                             isnan(values[i]) ? "not a number" : "infinite");
    return 0;
}

struct range {
    uint64_t begin, end;
    char name[64];
};

static int by_begin(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

/* Together the tensors must cover the data once, without gap or overlap. */
static int check_cover(struct range *ranges, size_t count, const struct source *source,
                       struct fault *fault)
{
    qsort(ranges, count, sizeof *ranges, by_begin);
    uint64_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].begin != at)
            return fault_set(fault, "%s: tensor %s: offset %llu: %s the one before it; write "
                             "the tensors one after another", source->name, ranges[i].name,
                             (unsigned long long)(source->data + ranges[i].begin),
                             ranges[i].begin < at ? "overlaps" : "leaves a gap to");
        at = ranges[i].end;
    }
    if (at != source->length - source->data)
        return fault_set(fault, "%s: offset %llu: %llu bytes follow that belong to no tensor",
                         source->name, (unsigned long long)(source->data + at),
                         (unsigned long long)(source->length - source->data - at));
    return 0;
}

/* Where the tensor lies, and its values; those are checked. */
static int read_tensor(const json_t *entry, const struct tensor *tensor,
                       const struct source *source, float *values, struct range *range,
                       struct fault *fault)
{
    uint64_t begin = 0;
    if (check_entry(entry, tensor, source, fault) ||
        read_range(entry, tensor, source, &begin, fault) ||
        take_values(values, tensor, source, begin, fault))
        return -1;
    range->begin = begin;
    range->end = begin + 4 * (uint64_t)tensor->count;
    snprintf(range->name, sizeof range->name, "%s", tensor->name);
    return 0;
}

static int read_tensors(struct model *model, const json_t *header, const struct source *source,
                        struct fault *fault)
{
    struct range ranges[NETWORK_TENSORS + NETWORK_LAYERS];
    const struct network *network = &model->network;
    size_t count = 0;
    for (int i = 0; i < network->tensor_count; i++) {
        const struct tensor *tensor = &network->tensors[i];
        const json_t *entry = json_object_get(header, tensor->name);
        if (!entry)
            return fault_set(fault, "%s: tensor %s is missing; the network needs it",
                             source->name, tensor->name);
        if (read_tensor(entry, tensor, source, network->theta + tensor->offset, &ranges[count++],
                        fault))
            return -1;
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        struct tensor norm;
        const json_t *entry = NULL;
        if (model_norm_tensor(network, i, &norm))
            entry = json_object_get(header, norm.name);
        if (!entry)
            continue;
        model->norms[i] = fault_alloc(norm.count, sizeof(float));
        if (read_tensor(entry, &norm, source, model->norms[i], &ranges[count++], fault))
            return -1;
    }
    if (json_object_size(header) != count + 1)
        return fault_set(fault, "%s: %zu tensors, but the network names %d; remove the others",
                         source->name, json_object_size(header) - 1, network->tensor_count);
    return check_cover(ranges, count, source, fault);
}

/* The texts of the header, before the tensors. */
static int read_texts(struct model *model, const json_t *header, const struct source *source,
                      struct fault *fault)
{
    const char *keys[] = {"format", "network", "task", "classes", "input", "provenance"};
    const char *texts[6];
    for (int i = 0; i < 6; i++)
        if (!(texts[i] = metadata(header, keys[i], source, fault)))
            return -1;
    if (strcmp(texts[0], MODEL_FORMAT))
        return fault_set(fault, "%s: format \"%.40s\"; this program reads \"%s\"", source->name,
                         texts[0], MODEL_FORMAT);
    if (strlen(texts[2]) >= sizeof model->task)
        return fault_set(fault, "%s: the task's name is longer than %zu characters",
                         source->name, sizeof model->task - 1);
    struct fault reason;
    if (network_parse(&model->network, texts[1], &reason))
        return fault_set(fault, "%s: %.500s", source->name, reason.text);
    for (size_t i = 0; i < model->network.layer_count; i++)
        if (model->network.layers[i].kind == LAYER_BATCHNORM)
            return fault_set(fault, "%s: layer %zu is a batchnorm, which is no function of one "
                             "input; fold it into the layer before it (specs/model.md)",
                             source->name, i + 1);
    char classes[32];
    snprintf(classes, sizeof classes, "%zu", model->network.class_count);
    if (strcmp(classes, texts[3]))
        return fault_set(fault, "%s: classes says \"%.20s\", the network has %s", source->name,
                         texts[3], classes);
    snprintf(model->task, sizeof model->task, "%s", texts[2]);
    model->input = strdup(texts[4]);
    model->provenance = strdup(texts[5]);
    return 0;
}

int model_parse(struct model *model, const void *bytes, size_t length, const char *name,
                struct fault *fault)
{
    require(model_little_endian());
    *model = (struct model){0};
    struct source source = {.name = name, .bytes = bytes, .length = length};
    json_t *header = read_header(&source, fault);
    if (!header)
        return -1;
    int bad = read_texts(model, header, &source, fault) ||
              read_tensors(model, header, &source, fault);
    json_decref(header);
    if (bad) {
        model_clear(model);
        return -1;
    }
    digest_of(bytes, length, model->sha256);
    return 0;
}

static unsigned char *read_file(const char *path, size_t *length, struct fault *fault)
{
    struct stat status;
    FILE *file = fopen(path, "rb");
    if (!file || fstat(fileno(file), &status)) {
        fault_set(fault, "%s: cannot be read: %s", path, strerror(errno));
    } else if (!S_ISREG(status.st_mode)) {
        fault_set(fault, "%s: is no regular file; name a model file", path);
    } else if ((uint64_t)status.st_size > MOST_FILE) {
        fault_set(fault, "%s: %lld bytes; a model file has at most %llu", path,
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

int model_read(struct model *model, const char *path, struct fault *fault)
{
    size_t length = 0;
    *model = (struct model){0};
    unsigned char *bytes = read_file(path, &length, fault);
    if (!bytes)
        return -1;
    int bad = model_parse(model, bytes, length, path, fault);
    free(bytes);
    return bad;
}

void model_clear(struct model *model)
{
    network_clear(&model->network);
    for (size_t i = 0; i < NETWORK_LAYERS; i++)
        free(model->norms[i]);
    free(model->input);
    free(model->provenance);
    *model = (struct model){0};
}
