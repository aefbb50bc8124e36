/* model.c -- see model.h and model.md. */
#include "model.h"

#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outfile.h"
#include "safetensors.h"

#define FORMAT "steadfast/1"

static int little_endian(void)
{
    const uint16_t probe = 1;
    return *(const unsigned char *)&probe == 1;
}

/* A text among the metadata. */
static const char *metadata(const struct safetensors *file, const char *key, struct fault *fault)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(file->header, "__metadata__"), key));
    if (!text)
        fault_set(fault, "%s: __metadata__ has no text \"%s\"; it must name format, network, "
                  "task, classes, input and provenance (specs/model.md)", file->name, key);
    return text;
}

static int check_finite(const struct safetensors *file, const struct tensor *tensor,
                        const float *values, uint64_t begin, struct fault *fault)
{
    for (size_t i = 0; i < tensor->count; i++)
        if (!isfinite(values[i]))
            return fault_set(fault, "%s: tensor %s: value %zu, at offset %llu, is %s; train "
                             "again or repair it", file->name, tensor->name, i,
                             (unsigned long long)(file->data + begin + 4 * i),
                             isnan(values[i]) ? "not a number" : "infinite");
    return 0;
}

static int read_tensors(struct network *network, const struct safetensors *file,
                        struct fault *fault)
{
    struct safetensors_range ranges[2 * NETWORK_LAYERS];
    for (int i = 0; i < network->tensor_count; i++) {
        const struct tensor *tensor = &network->tensors[i];
        float *values = network->theta + tensor->offset;
        if (safetensors_take(file, tensor->name, tensor, values, &ranges[i], fault) ||
            check_finite(file, tensor, values, ranges[i].begin, fault))
            return -1;
    }
    if (json_object_size(file->header) != (size_t)network->tensor_count + 1)
        return fault_set(fault, "%s: %zu tensors, but the network names %d; remove the others",
                         file->name, json_object_size(file->header) - 1, network->tensor_count);
    return safetensors_cover(file, ranges, (size_t)network->tensor_count, fault);
}

/* The texts of the header, before the tensors. */
static int read_texts(struct model *model, const struct safetensors *file, struct fault *fault)
{
    const char *keys[] = {"format", "network", "task", "classes", "input", "provenance"};
    const char *texts[6];
    for (int i = 0; i < 6; i++)
        if (!(texts[i] = metadata(file, keys[i], fault)))
            return -1;
    if (strcmp(texts[0], FORMAT))
        return fault_set(fault, "%s: format \"%.40s\"; this program reads \"%s\"", file->name,
                         texts[0], FORMAT);
    if (strlen(texts[2]) >= sizeof model->task)
        return fault_set(fault, "%s: the task's name is longer than %zu characters",
                         file->name, sizeof model->task - 1);
    struct fault reason;
    if (network_parse(&model->network, texts[1], &reason))
        return fault_set(fault, "%s: %.500s", file->name, reason.text);
    char classes[32];
    snprintf(classes, sizeof classes, "%zu", model->network.class_count);
    if (strcmp(classes, texts[3]))
        return fault_set(fault, "%s: classes says \"%.20s\", the network has %s", file->name,
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
    struct safetensors file;
    if (safetensors_open(&file, bytes, length, name, fault))
        return -1;
    int bad = read_texts(model, &file, fault) || read_tensors(&model->network, &file, fault);
    safetensors_clear(&file);
    if (bad) {
        model_clear(model);
        return -1;
    }
    digest_of(bytes, length, model->sha256);
    return 0;
}

int model_read(struct model *model, const char *path, struct fault *fault)
{
    size_t length = 0;
    *model = (struct model){0};
    unsigned char *bytes = safetensors_load(path, &length, fault);
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
    size_t text = strlen(header);
    size_t padded = (SAFETENSORS_PREFIX + text + 63) / 64 * 64 - SAFETENSORS_PREFIX;
    size_t data = 4 * model->network.parameter_count;
    *length = SAFETENSORS_PREFIX + padded + data;
    unsigned char *bytes = fault_alloc(*length, 1);
    for (int i = 0; i < SAFETENSORS_PREFIX; i++)
        bytes[i] = (unsigned char)((uint64_t)padded >> 8 * i);
    memset(bytes + SAFETENSORS_PREFIX, ' ', padded);
    memcpy(bytes + SAFETENSORS_PREFIX, header, text);
    memcpy(bytes + SAFETENSORS_PREFIX + padded, model->network.theta, data);
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
