/* model.c -- see model.h and model.md. */
#include "model.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_store.h"
#include "safetensors.h"

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

/* The tensor's values, which must be finite. */
static int read_tensor(const struct safetensors *file, const struct tensor *tensor, float *values,
                       struct safetensors_range *range, struct fault *fault)
{
    if (safetensors_take(file, tensor->name, tensor, values, range, fault))
        return -1;
    for (size_t i = 0; i < tensor->count; i++)
        if (!isfinite(values[i]))
            return fault_set(fault, "%s: tensor %s: value %zu, at offset %llu, is %s; train "
                             "again or repair it", file->name, tensor->name, i,
                             (unsigned long long)(file->data + range->begin + 4 * i),
                             isnan(values[i]) ? "not a number" : "infinite");
    return 0;
}

static int read_tensors(struct model *model, const struct safetensors *file, struct fault *fault)
{
    struct safetensors_range ranges[NETWORK_TENSORS + NETWORK_LAYERS];
    const struct network *network = &model->network;
    size_t count = 0;
    for (int i = 0; i < network->tensor_count; i++) {
        const struct tensor *tensor = &network->tensors[i];
        if (read_tensor(file, tensor, network->theta + tensor->offset, &ranges[count++], fault))
            return -1;
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        struct tensor norm;
        if (!model_norm_tensor(network, i, &norm) || !json_object_get(file->header, norm.name))
            continue;
        model->norms[i] = fault_alloc(norm.count, sizeof(float));
        if (read_tensor(file, &norm, model->norms[i], &ranges[count++], fault))
            return -1;
    }
    if (json_object_size(file->header) != count + 1)
        return fault_set(fault, "%s: %zu tensors, but the network names %d; remove the others",
                         file->name, json_object_size(file->header) - 1, network->tensor_count);
    return safetensors_cover(file, ranges, count, fault);
}

/* The texts of the header, before the tensors. */
static int read_texts(struct model *model, const struct safetensors *file, struct fault *fault)
{
    const char *keys[] = {"format", "network", "task", "classes", "input", "provenance"};
    const char *texts[6];
    for (int i = 0; i < 6; i++)
        if (!(texts[i] = metadata(file, keys[i], fault)))
            return -1;
    if (strcmp(texts[0], MODEL_FORMAT))
        return fault_set(fault, "%s: format \"%.40s\"; this program reads \"%s\"", file->name,
                         texts[0], MODEL_FORMAT);
    if (strlen(texts[2]) >= sizeof model->task)
        return fault_set(fault, "%s: the task's name is longer than %zu characters",
                         file->name, sizeof model->task - 1);
    struct fault reason;
    if (network_parse(&model->network, texts[1], &reason))
        return fault_set(fault, "%s: %.500s", file->name, reason.text);
    for (size_t i = 0; i < model->network.layer_count; i++)
        if (model->network.layers[i].kind == LAYER_BATCHNORM)
            return fault_set(fault, "%s: layer %zu is a batchnorm, which is no function of one "
                             "input; fold it into the layer before it (specs/model.md)",
                             file->name, i + 1);
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
    require(model_little_endian());
    *model = (struct model){0};
    struct safetensors file;
    if (safetensors_open(&file, bytes, length, name, fault))
        return -1;
    int bad = read_texts(model, &file, fault) || read_tensors(model, &file, fault);
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

void model_clear(struct model *model)
{
    network_clear(&model->network);
    for (size_t i = 0; i < NETWORK_LAYERS; i++)
        free(model->norms[i]);
    free(model->input);
    free(model->provenance);
    *model = (struct model){0};
}

void model_folded(const struct model *model, unsigned char *folded)
{
    memset(folded, 0, NETWORK_TENSORS);
    for (size_t i = 0; i < model->network.layer_count; i++)
        if (model->norms[i] && model->network.layers[i].bias >= 0)
            folded[model->network.layers[i].bias] = 1;
}
