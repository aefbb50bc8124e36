/* network.c -- see network.h. */
#include "network.h"

#include <gmp.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"

#define MOST_PARAMETERS ((size_t)100000000)
#define MOST_SIDE ((size_t)1 << 20)

/* What a JSON object may hold; a reader asks for each and then for surplus. */
static int whole(const json_t *object, const char *key, size_t low, size_t *value,
                 const char *where, struct fault *fault)
{
    const json_t *found = json_object_get(object, key);
    if (!json_is_integer(found) || json_integer_value(found) < (json_int_t)low ||
        json_integer_value(found) > (json_int_t)MOST_SIDE)
        return fault_set(fault, "%s: \"%s\" must be a whole number from %zu to %zu", where, key,
                         low, MOST_SIDE);
    *value = (size_t)json_integer_value(found);
    return 0;
}

static int word(const json_t *object, const char *key, const char **value, const char *where,
                struct fault *fault)
{
    const json_t *found = json_object_get(object, key);
    if (!json_is_string(found) || !*json_string_value(found) ||
        json_string_length(found) >= sizeof ((struct tensor *)0)->name)
        return fault_set(fault, "%s: \"%s\" must be a name of 1 to 63 characters", where, key);
    *value = json_string_value(found);
    return 0;
}

/* Refuse keys that nobody asked for: a misspelt one must not be ignored. */
static int only(const json_t *object, const char *const *allowed, const char *where,
                struct fault *fault)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        const char *const *known = allowed;
        while (*known && strcmp(*known, key))
            known++;
        if (!*known)
            return fault_set(fault, "%s: unknown key \"%.60s\"; remove it", where, key);
    }
    return 0;
}

static int add_tensor(struct network *n, const char *name, int rank, const size_t *shape,
                      const char *where, struct fault *fault)
{
    for (int i = 0; i < n->tensor_count; i++)
        if (!strcmp(n->tensors[i].name, name))
            return fault_set(fault, "%s: tensor \"%s\" is used twice", where, name);
    struct tensor *t = &n->tensors[n->tensor_count];
    snprintf(t->name, sizeof t->name, "%s", name);
    t->rank = rank;
    t->count = 1;
    for (int i = 0; i < NETWORK_RANK; i++) {
        t->shape[i] = i < rank ? shape[i] : 1;
        if (t->shape[i] > MOST_PARAMETERS / t->count)
            return fault_set(fault, "%s: tensor \"%s\" is larger than %zu values", where, name,
                             MOST_PARAMETERS);
        t->count *= t->shape[i];
    }
    t->offset = n->parameter_count;
    n->parameter_count += t->count;
    if (n->parameter_count > MOST_PARAMETERS)
        return fault_set(fault, "%s: more than %zu parameters", where, MOST_PARAMETERS);
    return n->tensor_count++;
}

/* The weight and, unless absent, the bias of a layer. */
static int add_parameters(struct network *n, struct layer *layer, const json_t *object,
                          int rank, const size_t *shape, const char *where,
                          struct fault *fault)
{
    const char *weight, *bias;
    if (word(object, "weight", &weight, where, fault))
        return -1;
    layer->weight = add_tensor(n, weight, rank, shape, where, fault);
    if (layer->weight < 0)
        return -1;
    if (!json_object_get(object, "bias"))
        return 0;
    if (word(object, "bias", &bias, where, fault))
        return -1;
    layer->bias = add_tensor(n, bias, 1, shape, where, fault);
    return layer->bias < 0 ? -1 : 0;
}

static int parse_dense(struct network *n, struct layer *layer, const json_t *object,
                       const char *where, struct fault *fault)
{
    static const char *const keys[] = {"type", "weight", "bias", "out", NULL};
    size_t out;
    if (only(object, keys, where, fault) || whole(object, "out", 1, &out, where, fault))
        return -1;
    if (layer->in.height != 1 || layer->in.width != 1)
        return fault_set(fault, "%s: a dense layer needs a flat input, not %zu x %zu x %zu; put "
                         "a flatten layer before it", where, layer->in.channels,
                         layer->in.height, layer->in.width);
    layer->kind = LAYER_DENSE;
    layer->out = (struct shape){out, 1, 1};
    size_t shape[] = {out, layer->in.channels};
    return add_parameters(n, layer, object, 2, shape, where, fault);
}

/* `count` whole numbers of a JSON list. */
static int numbers(const json_t *object, const char *key, size_t count, size_t low,
                   size_t *values, const char *where, struct fault *fault)
{
    const json_t *list = json_object_get(object, key);
    int bad = !json_is_array(list) || json_array_size(list) != count;
    for (size_t i = 0; !bad && i < count; i++) {
        const json_t *item = json_array_get(list, i);
        bad = !json_is_integer(item) || json_integer_value(item) < (json_int_t)low ||
              json_integer_value(item) > (json_int_t)MOST_SIDE;
        if (!bad)
            values[i] = (size_t)json_integer_value(item);
    }
    if (bad)
        return fault_set(fault, "%s: \"%s\" must be a list of %zu whole numbers from %zu", where,
                         key, count, low);
    return 0;
}

static int parse_conv2d(struct network *n, struct layer *layer, const json_t *object,
                        const char *where, struct fault *fault)
{
    static const char *const keys[] = {"type", "weight", "bias", "out",
                                       "kernel", "stride", "padding", NULL};
    size_t out, kernel[2], padding[4];
    if (only(object, keys, where, fault) || whole(object, "out", 1, &out, where, fault) ||
        numbers(object, "kernel", 2, 1, kernel, where, fault) ||
        numbers(object, "padding", 4, 0, padding, where, fault) ||
        whole(object, "stride", 1, &layer->stride, where, fault))
        return -1;
    layer->kind = LAYER_CONV2D;
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

static int parse_maxpool2d(struct layer *layer, const json_t *object, const char *where,
                           struct fault *fault)
{
    static const char *const keys[] = {"type", "size", NULL};
    if (only(object, keys, where, fault) ||
        whole(object, "size", 1, &layer->size, where, fault))
        return -1;
    layer->kind = LAYER_MAXPOOL2D;
    if (layer->size > layer->in.height || layer->size > layer->in.width)
        return fault_set(fault, "%s: a window of %zu does not fit a map of %zu x %zu", where,
                         layer->size, layer->in.height, layer->in.width);
    layer->out = (struct shape){layer->in.channels, layer->in.height / layer->size,
                                layer->in.width / layer->size};
    return 0;
}

static int parse_plain(struct layer *layer, const json_t *object, enum layer_kind kind,
                       const char *where, struct fault *fault)
{
    static const char *const keys[] = {"type", NULL};
    layer->kind = kind;
    layer->out = layer->in;
    if (kind == LAYER_FLATTEN)
        layer->out = (struct shape){shape_count(layer->in), 1, 1};
    return only(object, keys, where, fault);
}

static int parse_layer(struct network *n, const json_t *object, struct shape in,
                       const char *where, struct fault *fault)
{
    struct layer *layer = &n->layers[n->layer_count];
    *layer = (struct layer){.in = in, .weight = -1, .bias = -1};
    const char *type = json_string_value(json_object_get(object, "type"));
    int bad;
    if (!type)
        bad = fault_set(fault, "%s: has no \"type\"", where);
    else if (!strcmp(type, "dense"))
        bad = parse_dense(n, layer, object, where, fault);
    else if (!strcmp(type, "conv2d"))
        bad = parse_conv2d(n, layer, object, where, fault);
    else if (!strcmp(type, "maxpool2d"))
        bad = parse_maxpool2d(layer, object, where, fault);
    else if (!strcmp(type, "relu"))
        bad = parse_plain(layer, object, LAYER_RELU, where, fault);
    else if (!strcmp(type, "flatten"))
        bad = parse_plain(layer, object, LAYER_FLATTEN, where, fault);
    else
        bad = fault_set(fault, "%s: type \"%.40s\" is unknown; known are conv2d, dense, relu, "
                        "maxpool2d, flatten", where, type);
    if (!bad && shape_count(layer->out) > MOST_PARAMETERS)
        bad = fault_set(fault, "%s: more than %zu outputs", where, MOST_PARAMETERS);
    n->layer_count += !bad;
    return bad;
}

static int parse_feedforward(struct network *n, const json_t *object, struct fault *fault)
{
    static const char *const keys[] = {"kind", "input", "layers", NULL};
    size_t input[3];
    const json_t *layers = json_object_get(object, "layers");
    if (only(object, keys, "network", fault) ||
        numbers(object, "input", 3, 1, input, "network", fault))
        return -1;
    struct shape shape = {input[0], input[1], input[2]};
    if (input[0] > 4096 || input[1] > 4096 || input[2] > 4096)
        return fault_set(fault, "network: an input side is larger than 4096");
    if (!json_is_array(layers) || !json_array_size(layers) ||
        json_array_size(layers) > NETWORK_LAYERS)
        return fault_set(fault, "network: \"layers\" must be a list of 1 to %d layers",
                         NETWORK_LAYERS);
    n->input_shape = shape;
    n->input_count = shape_count(shape);
    for (size_t i = 0; i < json_array_size(layers); i++) {
        char where[32];
        snprintf(where, sizeof where, "layer %zu", i + 1);
        if (parse_layer(n, json_array_get(layers, i), shape, where, fault))
            return -1;
        shape = n->layers[i].out;
    }
    n->class_count = shape_count(shape);
    return 0;
}

/* A decimal kept as typed, at least (or above) zero. */
static int constant(const json_t *object, const char *key, int zero_too, char text[32],
                    struct fault *fault)
{
    const char *found = json_string_value(json_object_get(object, key));
    if (!found || strlen(found) >= 32)
        return fault_set(fault, "network: \"%s\" must be a decimal in quotes, of at most 31 "
                         "characters", key);
    mpq_t value;
    mpq_init(value);
    int bad = decimal_parse(found, value, fault);
    if (!bad && (mpq_sgn(value) < 0 || (!zero_too && mpq_sgn(value) == 0)))
        bad = fault_set(fault, "network: \"%s\" is %s; it must be %s 0", key, found,
                        zero_too ? "at least" : "greater than");
    mpq_clear(value);
    snprintf(text, 32, "%s", found);
    return bad;
}

static int parse_constants(struct lsnn *l, const json_t *object, struct fault *fault)
{
    size_t refractory;
    const char *reset = json_string_value(json_object_get(object, "reset"));
    if (constant(object, "tau", 0, l->tau, fault) ||
        constant(object, "tau_ada", 0, l->tau_ada, fault) ||
        constant(object, "beta", 1, l->beta, fault) || constant(object, "b0", 0, l->b0, fault) ||
        whole(object, "refractory", 0, &refractory, "network", fault))
        return -1;
    l->refractory = (int)refractory;
    if (!reset || (strcmp(reset, "spike") && strcmp(reset, "adapted")))
        return fault_set(fault, "network: \"reset\" must be \"spike\" or \"adapted\"");
    l->reset = strcmp(reset, "spike") ? RESET_ADAPTED : RESET_SPIKE;
    return 0;
}

static int parse_lsnn(struct network *n, const json_t *object, struct fault *fault)
{
    static const char *const keys[] = {
        "kind", "steps", "inputs", "units", "classes", "tau", "tau_ada", "beta", "b0",
        "refractory", "reset", "w_in", "w_rec", "w_out", "b_out", NULL};
    struct lsnn *l = &n->lsnn;
    const char *names[4];
    if (only(object, keys, "network", fault) ||
        whole(object, "steps", 1, &l->steps, "network", fault) ||
        whole(object, "inputs", 1, &l->inputs, "network", fault) ||
        whole(object, "units", 1, &l->units, "network", fault) ||
        whole(object, "classes", 1, &l->classes, "network", fault) ||
        parse_constants(l, object, fault) || word(object, "w_in", &names[0], "network", fault) ||
        word(object, "w_rec", &names[1], "network", fault) ||
        word(object, "w_out", &names[2], "network", fault) ||
        word(object, "b_out", &names[3], "network", fault))
        return -1;
    if (l->units > 32768)
        return fault_set(fault, "network: %zu units; at most 32768 are possible", l->units);
    size_t shapes[4][2] = {{l->inputs, l->units}, {l->units, l->units}, {l->units, l->classes},
                           {l->classes, 1}};
    int *indices[4] = {&l->w_in, &l->w_rec, &l->w_out, &l->b_out};
    for (int i = 0; i < 4; i++) {
        *indices[i] = add_tensor(n, names[i], i < 3 ? 2 : 1, shapes[i], "network", fault);
        if (*indices[i] < 0)
            return -1;
    }
    n->input_shape = (struct shape){1, l->steps, l->inputs};
    n->input_count = l->steps * l->inputs;
    n->class_count = l->classes;
    return 0;
}

int network_parse(struct network *network, const char *text, struct fault *fault)
{
    memset(network, 0, sizeof *network);
    json_error_t error;
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!object)
        return fault_set(fault, "network: not valid JSON at line %d column %d: %s", error.line,
                         error.column, error.text);
    const char *kind = json_string_value(json_object_get(object, "kind"));
    int bad;
    if (kind && !strcmp(kind, "feedforward")) {
        network->kind = NETWORK_FEEDFORWARD;
        bad = parse_feedforward(network, object, fault);
    } else if (kind && !strcmp(kind, "lsnn")) {
        network->kind = NETWORK_LSNN;
        bad = parse_lsnn(network, object, fault);
    } else {
        bad = fault_set(fault, "network: \"kind\" must be \"feedforward\" or \"lsnn\"");
    }
    json_decref(object);
    if (!bad)
        network->theta = fault_alloc_aligned(network->parameter_count, sizeof(float));
    return bad;
}

void network_clear(struct network *network)
{
    free(network->theta);
    network->theta = NULL;
}
