/* model_write.c -- the canonical bytes of a model file; see model.h and model.md. */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_store.h"
#include "outfile.h"
#include "safetensors.h"

int model_little_endian(void)
{
    const uint16_t probe = 1;
    return *(const unsigned char *)&probe == 1;
}

int model_norm_tensor(const struct network *network, size_t i, struct tensor *norm)
{
    const struct layer *layer = &network->layers[i];
    if (layer->weight < 0 || layer->bias < 0)
        return 0;
    const char *weight = network->tensors[layer->weight].name;
    if (strlen(weight) + sizeof ".norm" > sizeof norm->name)
        return 0;
    *norm = (struct tensor){.rank = 2, .shape = {3, layer->out.channels, 1, 1},
                            .count = 3 * layer->out.channels};
    sprintf(norm->name, "%s.norm", weight);
    for (int k = 0; k < network->tensor_count; k++)
        if (!strcmp(network->tensors[k].name, norm->name))
            return 0;
    return 1;
}

/* `values` gets how many floats the file holds. */
static json_t *make_header(const struct model *model, size_t *values)
{
    const struct network *n = &model->network;
    char classes[32];
    snprintf(classes, sizeof classes, "%zu", n->class_count);
    char *network = network_print(n);
    json_t *header = json_object();
    json_object_set_new(header, "__metadata__",
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "format", MODEL_FORMAT, "network",
                                  network, "task", model->task, "classes", classes, "input",
                                  model->input ? model->input : "{}", "provenance",
                                  model->provenance ? model->provenance : "{}"));
    free(network);
    for (int i = 0; i < n->tensor_count; i++)
        safetensors_add(header, n->tensors[i].name, &n->tensors[i], n->tensors[i].offset);
    *values = n->parameter_count;
    for (size_t i = 0; i < n->layer_count; i++) {
        struct tensor norm;
        if (!model->norms[i])
            continue;
        require(model_norm_tensor(n, i, &norm));
        safetensors_add(header, norm.name, &norm, *values);
        *values += norm.count;
    }
    return header;
}

static unsigned char *print_model(const struct model *model, size_t *length)
{
    const struct network *n = &model->network;
    size_t values, data;
    json_t *header = make_header(model, &values);
    unsigned char *bytes = safetensors_bytes(header, values, &data, length), *at = bytes + data;
    memcpy(at, n->theta, 4 * n->parameter_count);
    at += 4 * n->parameter_count;
    for (size_t i = 0; i < n->layer_count; i++)
        if (model->norms[i]) {
            memcpy(at, model->norms[i], 12 * n->layers[i].out.channels);
            at += 12 * n->layers[i].out.channels;
        }
    json_decref(header);
    return bytes;
}

int model_write(struct model *model, const char *path, struct fault *fault)
{
    require(model_little_endian());
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
