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

#include "outfile.h"

#define FORMAT "steadfast/1"
#define PREFIX 8 /* bytes of header length */
#define MOST_HEADER ((uint64_t)16 << 20)
#define MOST_FILE ((uint64_t)1 << 30)

static int little_endian(void)
{
    const uint16_t probe = 1;
    return *(const unsigned char *)&probe == 1;
}

/* A file being read: its name for messages, its bytes, where tensors begin. */
struct source {
    const char *name;
    const unsigned char *bytes;
    size_t length, data; /* data: offset of the first tensor byte */
};

static json_t *read_header(struct source *source, struct fault *fault)
{
    if (source->length < PREFIX) {
        fault_set(fault, "%s: %zu bytes long, too short for a model file; is it truncated?",
                  source->name, source->length);
        return NULL;
    }
    uint64_t size = 0;
    for (int i = PREFIX - 1; i >= 0; i--)
        size = size << 8 | source->bytes[i];
    if (size > MOST_HEADER || size > source->length - PREFIX) {
        fault_set(fault, "%s: offset 0: a header of %llu bytes does not fit the file's %zu; it "
                  "is truncated or no safetensors file", source->name,
                  (unsigned long long)size, source->length);
        return NULL;
    }
    source->data = PREFIX + (size_t)size;
    json_error_t error;
    json_t *header = json_loadb((const char *)source->bytes + PREFIX, (size_t)size,
                                JSON_REJECT_DUPLICATES, &error);
    if (!header)
        fault_set(fault, "%s: offset %d: the header is not valid JSON: %s", source->name,
                  PREFIX + error.position, error.text);
    else if (!json_is_object(header)) {
        fault_set(fault, "%s: offset %d: the header is no JSON object", source->name, PREFIX);
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

static int take_values(struct network *network, const struct tensor *tensor,
                       const struct source *source, uint64_t begin, struct fault *fault)
{
    float *values = network->theta + tensor->offset;
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
    const char *name;
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

static int read_tensors(struct network *network, const json_t *header,
                        const struct source *source, struct fault *fault)
{
    struct range ranges[NETWORK_TENSORS];
    for (int i = 0; i < network->tensor_count; i++) {
        const struct tensor *tensor = &network->tensors[i];
        const json_t *entry = json_object_get(header, tensor->name);
        if (!entry)
            return fault_set(fault, "%s: tensor %s is missing; the network needs it",
                             source->name, tensor->name);
        uint64_t begin = 0;
        if (check_entry(entry, tensor, source, fault) ||
            read_range(entry, tensor, source, &begin, fault) ||
            take_values(network, tensor, source, begin, fault))
            return -1;
        ranges[i] = (struct range){begin, begin + 4 * (uint64_t)tensor->count, tensor->name};
    }
    if (json_object_size(header) != (size_t)network->tensor_count + 1)
        return fault_set(fault, "%s: %zu tensors, but the network names %d; remove the others",
                         source->name, json_object_size(header) - 1, network->tensor_count);
    return check_cover(ranges, (size_t)network->tensor_count, source, fault);
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
    if (strcmp(texts[0], FORMAT))
        return fault_set(fault, "%s: format \"%.40s\"; this program reads \"%s\"", source->name,
                         texts[0], FORMAT);
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
    require(little_endian());
    *model = (struct model){0};
    struct source source = {.name = name, .bytes = bytes, .length = length};
    json_t *header = read_header(&source, fault);
    if (!header)
        return -1;
    int bad = read_texts(model, header, &source, fault) ||
              read_tensors(&model->network, header, &source, fault);
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

static char *print_header(const struct model *model)
{
    const struct network *n = &model->network;
    char classes[32];
    snprintf(classes, sizeof classes, "%zu", n->class_count);
    char *network = network_print(n);
    json_t *header = json_object();
    json_object_set_new(header, "__metadata__",
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "format", FORMAT, "network",
                                  network, "task", model->task, "classes", classes, "input",
                                  model->input ? model->input : "{}", "provenance",
                                  model->provenance ? model->provenance : "{}"));
    free(network);
    for (int i = 0; i < n->tensor_count; i++) {
        const struct tensor *t = &n->tensors[i];
        json_t *shape = json_array();
        for (int d = 0; d < t->rank; d++)
            json_array_append_new(shape, json_integer((json_int_t)t->shape[d]));
        json_object_set_new(header, t->name,
                            json_pack("{s:s, s:o, s:[I,I]}", "dtype", "F32", "shape", shape,
                                      "data_offsets", (json_int_t)(4 * t->offset),
                                      (json_int_t)(4 * (t->offset + t->count))));
    }
    char *text = json_dumps(header, JSON_COMPACT);
    require(text);
    json_decref(header);
    return text;
}

/* The whole file; the header is padded so that tensors begin at a multiple of 64. */
static unsigned char *print_model(const struct model *model, size_t *length)
{
    char *header = print_header(model);
    size_t text = strlen(header), padded = (PREFIX + text + 63) / 64 * 64 - PREFIX;
    size_t data = 4 * model->network.parameter_count;
    *length = PREFIX + padded + data;
    unsigned char *bytes = fault_alloc(*length, 1);
    for (int i = 0; i < PREFIX; i++)
        bytes[i] = (unsigned char)((uint64_t)padded >> 8 * i);
    memset(bytes + PREFIX, ' ', padded);
    memcpy(bytes + PREFIX, header, text);
    memcpy(bytes + PREFIX + padded, model->network.theta, data);
    free(header);
    return bytes;
}

int model_write(struct model *model, const char *path, struct fault *fault)
{
    require(little_endian());
    struct outfile file;
    if (outfile_open(&file, path, fault))
        return -1;
    size_t length;
    unsigned char *bytes = print_model(model, &length);
    fwrite(bytes, 1, length, file.stream);
    digest_of(bytes, length, model->sha256);
    free(bytes);
    return outfile_commit(&file, fault);
}

void model_clear(struct model *model)
{
    network_clear(&model->network);
    free(model->input);
    free(model->provenance);
    *model = (struct model){0};
}
