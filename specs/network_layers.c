/* network_layers.c -- the layers of a feed-forward network, read from JSON. */
#include <stdio.h>
#include <string.h>

#include "network_read.h"

#define MOST_INPUT_SIDE 4096
#define COMMON "type", "name", "from" /* keys of every layer */

const char *const network_layer_types[] = {
    [LAYER_DENSE] = "dense",         [LAYER_CONV2D] = "conv2d",
    [LAYER_RELU] = "relu",           [LAYER_MAXPOOL2D] = "maxpool2d",
    [LAYER_FLATTEN] = "flatten",     [LAYER_ADD] = "add",
    [LAYER_AVGPOOL2D] = "avgpool2d", [LAYER_GLOBALAVGPOOL] = "globalavgpool",
    [LAYER_SLICE] = "slice",         [LAYER_PAD] = "pad",
    [LAYER_BATCHNORM] = "batchnorm",
};
#define TYPES (sizeof network_layer_types / sizeof *network_layer_types)

/* The weight and, unless absent, the bias of a layer. */
static int add_parameters(struct network *n, struct layer *layer, const json_t *object,
                          int rank, const size_t *shape, const char *where,
                          struct fault *fault)
{
    const char *weight, *bias;
    if (network_word(object, "weight", &weight, where, fault))
        return -1;
    layer->weight = network_add_tensor(n, weight, ROLE_WEIGHT, rank, shape, where, fault);
    if (layer->weight < 0)
        return -1;
    if (!json_object_get(object, "bias"))
        return 0;
    if (network_word(object, "bias", &bias, where, fault))
        return -1;
    layer->bias = network_add_tensor(n, bias, ROLE_BIAS, 1, shape, where, fault);
    return layer->bias < 0 ? -1 : 0;
}

static int parse_dense(struct network *n, struct layer *layer, const json_t *object,
                       const char *where, struct fault *fault)
{
    static const char *const keys[] = {COMMON, "weight", "bias", "out", NULL};
    size_t out;
    if (network_only(object, keys, where, fault) || network_whole(object, "out", 1, &out, where, fault))
        return -1;
    if (layer->in.height != 1 || layer->in.width != 1)
        return fault_set(fault, "%s: a dense layer needs a flat input, not %zu x %zu x %zu; put "
                         "a flatten layer before it", where, layer->in.channels,
                         layer->in.height, layer->in.width);
    layer->out = (struct shape){out, 1, 1};
    size_t shape[] = {out, layer->in.channels};
    return add_parameters(n, layer, object, 2, shape, where, fault);
}

static int parse_conv2d(struct network *n, struct layer *layer, const json_t *object,
                        const char *where, struct fault *fault)
{
    static const char *const keys[] = {COMMON, "weight", "bias", "out",
                                       "kernel", "stride", "padding", NULL};
    size_t out, kernel[2], padding[4];
    if (network_only(object, keys, where, fault) || network_whole(object, "out", 1, &out, where, fault) ||
        network_numbers(object, "kernel", 2, 1, kernel, where, fault) ||
        network_numbers(object, "padding", 4, 0, padding, where, fault) ||
        network_whole(object, "stride", 1, &layer->stride, where, fault))
        return -1;
    layer->kernel_height = kernel[0];
    layer->kernel_width = kernel[1];
    layer->top = padding[0];
    layer->bottom = padding[1];
    layer->left = padding[2];
    layer->right = padding[3];
    size_t height = layer->in.height + padding[0] + padding[1];
    size_t width = layer->in.width + padding[2] + padding[3];
    if (kernel[0] > height || kernel[1] > width)
        return fault_set(fault, "%s: a kernel of %zu x %zu does not fit a padded input of %zu x "
                         "%zu", where, kernel[0], kernel[1], height, width);
    layer->out = (struct shape){out, (height - kernel[0]) / layer->stride + 1,
                                (width - kernel[1]) / layer->stride + 1};
    size_t shape[] = {out, layer->in.channels, kernel[0], kernel[1]};
    return add_parameters(n, layer, object, 4, shape, where, fault);
}

/* The layer with this name before layer `n->layer_count`. */
static int find_layer(const struct network *n, const json_t *object, const char *key, int *found,
                      const char *where, struct fault *fault)
{
    const char *name;
    if (network_word(object, key, &name, where, fault))
        return -1;
    *found = NETWORK_INPUT;
    if (!strcmp(name, "input"))
        return 0;
    for (size_t i = 0; i < n->layer_count; i++)
        if (!strcmp(n->layers[i].name, name)) {
            *found = (int)i;
            return 0;
        }
    return fault_set(fault, "%s: \"%s\" is \"%s\", which no earlier layer is named; a layer reads "
                     "only layers before it", where, key, name);
}

static struct shape shape_of(const struct network *n, int layer)
{
    return layer < 0 ? n->input_shape : n->layers[layer].out;
}

static int parse_pool(struct network *n, struct layer *layer, const json_t *object,
                      const char *where, struct fault *fault)
{
    static const char *const keys[] = {COMMON, "size", NULL};
    (void)n;
    if (network_only(object, keys, where, fault) ||
        network_whole(object, "size", 1, &layer->size, where, fault))
        return -1;
    if (layer->size > layer->in.height || layer->size > layer->in.width)
        return fault_set(fault, "%s: a window of %zu does not fit a map of %zu x %zu", where,
                         layer->size, layer->in.height, layer->in.width);
    layer->out = (struct shape){layer->in.channels, layer->in.height / layer->size,
                                layer->in.width / layer->size};
    return 0;
}

/* A layer without keys of its own. */
static int parse_plain(struct network *n, struct layer *layer, const json_t *object,
                       const char *where, struct fault *fault)
{
    static const char *const keys[] = {COMMON, NULL};
    (void)n;
    layer->out = layer->in;
    if (layer->kind == LAYER_FLATTEN)
        layer->out = (struct shape){shape_count(layer->in), 1, 1};
    if (layer->kind == LAYER_GLOBALAVGPOOL)
        layer->out = (struct shape){layer->in.channels, 1, 1};
    return network_only(object, keys, where, fault);
}

static int parse_add(struct network *n, struct layer *layer, const json_t *object,
                     const char *where, struct fault *fault)
{
    static const char *const keys[] = {COMMON, "with", NULL};
    if (network_only(object, keys, where, fault) ||
        find_layer(n, object, "with", &layer->with, where, fault))
        return -1;
    struct shape a = layer->in, b = shape_of(n, layer->with);
    layer->out = a;
    if (a.channels == b.channels && a.height == b.height && a.width == b.width)
        return 0;
    return fault_set(fault, "%s: adds maps of %zu x %zu x %zu and %zu x %zu x %zu; they must be of "
                     "one shape", where, a.channels, a.height, a.width, b.channels, b.height,
                     b.width);
}

static int parse_slice(struct network *n, struct layer *layer, const json_t *object,
                       const char *where, struct fault *fault)
{
    static const char *const keys[] = {COMMON, "stride", NULL};
    (void)n;
    if (network_only(object, keys, where, fault) ||
        network_whole(object, "stride", 1, &layer->stride, where, fault))
        return -1;
    layer->out = (struct shape){layer->in.channels, (layer->in.height - 1) / layer->stride + 1,
                                (layer->in.width - 1) / layer->stride + 1};
    return 0;
}

static int parse_pad(struct network *n, struct layer *layer, const json_t *object,
                     const char *where, struct fault *fault)
{
    static const char *const keys[] = {COMMON, "channels", NULL};
    size_t channels[2];
    (void)n;
    if (network_only(object, keys, where, fault) ||
        network_numbers(object, "channels", 2, 0, channels, where, fault))
        return -1;
    layer->before = channels[0];
    layer->after = channels[1];
    layer->out = (struct shape){layer->in.channels + channels[0] + channels[1],
                                layer->in.height, layer->in.width};
    return 0;
}

static int parse_batchnorm(struct network *n, struct layer *layer, const json_t *object,
                           const char *where, struct fault *fault)
{
    static const char *const keys[] = {COMMON, "scale", "shift", "mean", "variance", NULL};
    int *const indices[] = {&layer->scale, &layer->shift, &layer->mean, &layer->variance};
    layer->out = layer->in;
    if (network_only(object, keys, where, fault))
        return -1;
    if (layer->from < 0 || (size_t)layer->from + 1 != n->layer_count ||
        n->layers[layer->from].weight < 0 || n->layers[layer->from].bias >= 0)
        return fault_set(fault, "%s: a batchnorm must follow, and read, a conv2d or dense layer "
                         "without a bias", where);
    for (int i = 0; i < 4; i++) {
        const char *name;
        if (network_word(object, keys[3 + i], &name, where, fault))
            return -1;
        *indices[i] = network_add_tensor(n, name, (enum role)(ROLE_NORM_SCALE + i), 1,
                                         &layer->in.channels, where, fault);
        if (*indices[i] < 0)
            return -1;
    }
    return 0;
}

/* "name" and "from", if given. */
static int parse_place(struct network *n, struct layer *layer, const json_t *object,
                       const char *where, struct fault *fault)
{
    const char *name;
    layer->from = (int)n->layer_count - 1;
    if (json_object_get(object, "from") &&
        find_layer(n, object, "from", &layer->from, where, fault))
        return -1;
    layer->in = shape_of(n, layer->from);
    if (!json_object_get(object, "name"))
        return 0;
    if (network_word(object, "name", &name, where, fault))
        return -1;
    int taken = !strcmp(name, "input");
    for (size_t i = 0; i < n->layer_count; i++)
        taken |= !strcmp(n->layers[i].name, name);
    if (taken)
        return fault_set(fault, "%s: the name \"%s\" is taken; choose another", where, name);
    snprintf(layer->name, sizeof layer->name, "%s", name);
    return 0;
}

typedef int parser(struct network *n, struct layer *layer, const json_t *object,
                   const char *where, struct fault *fault);

static int parse_layer(struct network *n, const json_t *object, const char *where,
                       struct fault *fault)
{
    static parser *const parsers[] = {
        [LAYER_DENSE] = parse_dense,     [LAYER_CONV2D] = parse_conv2d,
        [LAYER_RELU] = parse_plain,      [LAYER_MAXPOOL2D] = parse_pool,
        [LAYER_FLATTEN] = parse_plain,   [LAYER_ADD] = parse_add,
        [LAYER_AVGPOOL2D] = parse_pool,  [LAYER_GLOBALAVGPOOL] = parse_plain,
        [LAYER_SLICE] = parse_slice,     [LAYER_PAD] = parse_pad,
        [LAYER_BATCHNORM] = parse_batchnorm,
    };
    struct layer *layer = &n->layers[n->layer_count];
    const char *type = json_string_value(json_object_get(object, "type"));
    size_t kind = 0;
    if (!type)
        return fault_set(fault, "%s: has no \"type\"", where);
    while (kind < TYPES && strcmp(network_layer_types[kind], type))
        kind++;
    if (kind == TYPES)
        return fault_set(fault, "%s: type \"%.40s\" is unknown; known are conv2d, dense, relu, "
                         "maxpool2d, avgpool2d, globalavgpool, flatten, add, slice, pad, "
                         "batchnorm", where, type);
    layer->kind = (enum layer_kind)kind;
    layer->with = -2;
    layer->weight = layer->bias = -1;
    layer->scale = layer->shift = layer->mean = layer->variance = -1;
    if (parse_place(n, layer, object, where, fault) ||
        parsers[kind](n, layer, object, where, fault))
        return -1;
    if (shape_count(layer->out) > NETWORK_PARAMETERS)
        return fault_set(fault, "%s: more than %zu outputs", where, NETWORK_PARAMETERS);
    n->layer_count++;
    return 0;
}

/* Every output is read, that of a layer before a batchnorm by it alone. */
static int check_readers(const struct network *n, struct fault *fault)
{
    for (size_t i = 0; i + 1 < n->layer_count; i++) {
        int readers = network_readers(n, (int)i);
        if (!readers)
            return fault_set(fault, "layer %zu: nothing reads its output; remove it", i + 1);
        if (readers > 1 && n->layers[i + 1].kind == LAYER_BATCHNORM)
            return fault_set(fault, "layer %zu: is read past the batchnorm after it; read the "
                             "batchnorm", i + 1);
    }
    return 0;
}

int network_read_layers(struct network *n, const json_t *object, struct fault *fault)
{
    static const char *const keys[] = {"kind", "input", "layers", NULL};
    size_t input[3];
    const json_t *layers = json_object_get(object, "layers");
    if (network_only(object, keys, "network", fault) ||
        network_numbers(object, "input", 3, 1, input, "network", fault))
        return -1;
    for (int i = 0; i < 3; i++)
        if (input[i] > MOST_INPUT_SIDE)
            return fault_set(fault, "network: an input side is larger than %d", MOST_INPUT_SIDE);
    if (!json_is_array(layers) || !json_array_size(layers) ||
        json_array_size(layers) > NETWORK_LAYERS)
        return fault_set(fault, "network: \"layers\" must be a list of 1 to %d layers",
                         NETWORK_LAYERS);
    n->input_shape = (struct shape){input[0], input[1], input[2]};
    n->input_count = shape_count(n->input_shape);
    for (size_t i = 0; i < json_array_size(layers); i++) {
        char where[32];
        snprintf(where, sizeof where, "layer %zu", i + 1);
        if (parse_layer(n, json_array_get(layers, i), where, fault))
            return -1;
    }
    n->class_count = shape_count(n->layers[n->layer_count - 1].out);
    return check_readers(n, fault);
}

int network_readers(const struct network *n, int layer)
{
    int readers = 0;
    for (size_t i = 0; i < n->layer_count; i++)
        readers += (n->layers[i].from == layer) + (n->layers[i].with == layer);
    return readers;
}

int network_is_chain(const struct network *n)
{
    for (size_t i = 0; i < n->layer_count; i++)
        if (n->layers[i].from != (int)i - 1 || n->layers[i].kind == LAYER_ADD)
            return 0;
    return 1;
}
