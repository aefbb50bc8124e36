/* network_text.c -- descriptions as text: printing one, and the paper's own. */
#include <stdio.h>
#include <string.h>

#include "network_read.h"

static void set_number(json_t *object, const char *key, size_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

static void set_tensor(json_t *object, const char *key, const struct network *n, int tensor)
{
    if (tensor >= 0)
        json_object_set_new(object, key, json_string(n->tensors[tensor].name));
}

static void set_layer(json_t *object, const char *key, const struct network *n, int layer)
{
    const char *name = layer < 0 ? "input" : n->layers[layer].name;
    json_object_set_new(object, key, json_string(name));
}

static void set_shape(json_t *object, const struct layer *l)
{
    switch (l->kind) {
    case LAYER_CONV2D:
        json_object_set_new(object, "kernel",
                            json_pack("[I,I]", (json_int_t)l->kernel_height,
                                      (json_int_t)l->kernel_width));
        set_number(object, "stride", l->stride);
        json_object_set_new(object, "padding",
                            json_pack("[I,I,I,I]", (json_int_t)l->top, (json_int_t)l->bottom,
                                      (json_int_t)l->left, (json_int_t)l->right));
        break;
    case LAYER_MAXPOOL2D:
    case LAYER_AVGPOOL2D:
        set_number(object, "size", l->size);
        break;
    case LAYER_SLICE:
        set_number(object, "stride", l->stride);
        break;
    case LAYER_PAD:
        json_object_set_new(object, "channels",
                            json_pack("[I,I]", (json_int_t)l->before, (json_int_t)l->after));
        break;
    default:
        break;
    }
}

static json_t *layer_json(const struct network *n, int number)
{
    const struct layer *l = &n->layers[number];
    json_t *object = json_object();
    json_object_set_new(object, "type", json_string(network_layer_types[l->kind]));
    if (l->name[0])
        json_object_set_new(object, "name", json_string(l->name));
    if (l->from != number - 1)
        set_layer(object, "from", n, l->from);
    if (l->kind == LAYER_ADD)
        set_layer(object, "with", n, l->with);
    set_tensor(object, "weight", n, l->weight);
    set_tensor(object, "bias", n, l->bias);
    if (l->weight >= 0)
        set_number(object, "out", l->out.channels);
    set_shape(object, l);
    set_tensor(object, "scale", n, l->scale);
    set_tensor(object, "shift", n, l->shift);
    set_tensor(object, "mean", n, l->mean);
    set_tensor(object, "variance", n, l->variance);
    return object;
}

static json_t *lsnn_json(const struct network *n)
{
    const struct lsnn *l = &n->lsnn;
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s}",
                     "kind", "lsnn", "steps", (json_int_t)l->steps, "inputs",
                     (json_int_t)l->inputs, "units", (json_int_t)l->units, "classes",
                     (json_int_t)l->classes, "tau", l->tau, "tau_ada", l->tau_ada, "beta",
                     l->beta, "b0", l->b0, "refractory", l->refractory, "reset",
                     l->reset == RESET_SPIKE ? "spike" : "adapted", "w_in",
                     n->tensors[l->w_in].name, "w_rec", n->tensors[l->w_rec].name, "w_out",
                     n->tensors[l->w_out].name, "b_out", n->tensors[l->b_out].name);
}

char *network_print(const struct network *network)
{
    json_t *object;
    if (network->kind == NETWORK_LSNN) {
        object = lsnn_json(network);
    } else {
        struct shape in = network->input_shape;
        json_t *layers = json_array();
        for (size_t i = 0; i < network->layer_count; i++)
            json_array_append_new(layers, layer_json(network, (int)i));
        object = json_pack("{s:s, s:[I,I,I], s:o}", "kind", "feedforward", "input",
                           (json_int_t)in.channels, (json_int_t)in.height, (json_int_t)in.width,
                           "layers", layers);
    }
    require(object);
    char *text = json_dumps(object, JSON_COMPACT);
    require(text);
    json_decref(object);
    return text;
}

/* The paper's CNN: 493,642 parameters. */
static const char fmnist[] =
    "{\"kind\":\"feedforward\",\"input\":[1,28,28],\"layers\":["
    "{\"type\":\"conv2d\",\"weight\":\"conv1.weight\",\"bias\":\"conv1.bias\",\"out\":64,"
    "\"kernel\":[4,4],\"stride\":1,\"padding\":[2,1,2,1]},"
    "{\"type\":\"relu\"},{\"type\":\"maxpool2d\",\"size\":2},"
    "{\"type\":\"conv2d\",\"weight\":\"conv2.weight\",\"bias\":\"conv2.bias\",\"out\":64,"
    "\"kernel\":[4,4],\"stride\":1,\"padding\":[0,0,0,0]},"
    "{\"type\":\"relu\"},{\"type\":\"maxpool2d\",\"size\":2},{\"type\":\"flatten\"},"
    "{\"type\":\"dense\",\"weight\":\"fc1.weight\",\"bias\":\"fc1.bias\",\"out\":256},"
    "{\"type\":\"relu\"},"
    "{\"type\":\"dense\",\"weight\":\"fc2.weight\",\"bias\":\"fc2.bias\",\"out\":64},"
    "{\"type\":\"relu\"},"
    "{\"type\":\"dense\",\"weight\":\"fc3.weight\",\"bias\":\"fc3.bias\",\"out\":10}]}";

/* A 3x3 convolution and its normalisation; `name` for the latter, or NULL. */
static void print_normed(FILE *f, const char *tensor, const char *name, int out, int stride)
{
    fprintf(f, "{\"type\":\"conv2d\",\"weight\":\"%s.weight\",\"out\":%d,\"kernel\":[3,3],"
            "\"stride\":%d,\"padding\":[1,1,1,1]},{\"type\":\"batchnorm\"", tensor, out, stride);
    if (name)
        fprintf(f, ",\"name\":\"%s\"", name);
    fprintf(f, ",\"scale\":\"%s.scale\",\"shift\":\"%s.bias\",\"mean\":\"%s.mean\","
            "\"variance\":\"%s.variance\"},", tensor, tensor, tensor, tensor);
}

/* A basic block after the layer named `input`; its output gets its own name. */
static void print_block(FILE *f, const char *input, const char *block, int out, int stride)
{
    char first[48], second[48];
    snprintf(first, sizeof first, "%s.conv1", block);
    snprintf(second, sizeof second, "%s.conv2", block);
    print_normed(f, first, NULL, out, stride);
    fprintf(f, "{\"type\":\"relu\"},");
    if (stride == 1) {
        print_normed(f, second, NULL, out, 1);
        fprintf(f, "{\"type\":\"add\",\"with\":\"%s\"},", input);
    } else { /* the shortcut without weights, option A */
        print_normed(f, second, second, out, 1);
        fprintf(f, "{\"type\":\"slice\",\"from\":\"%s\",\"stride\":%d},"
                "{\"type\":\"pad\",\"channels\":[%d,%d]},{\"type\":\"add\",\"with\":\"%s\"},",
                input, stride, out / 4, out / 4, second);
    }
    fprintf(f, "{\"type\":\"relu\",\"name\":\"%s\"},", block);
}

/* He et al. (2016), section 4.2, n = 5: three stages of five basic blocks. */
static char *print_resnet32(void)
{
    char *text, input[32] = "start", block[32];
    size_t length;
    FILE *f = open_memstream(&text, &length);
    require(f);
    fprintf(f, "{\"kind\":\"feedforward\",\"input\":[3,32,32],\"layers\":[");
    print_normed(f, "conv1", NULL, 16, 1);
    fprintf(f, "{\"type\":\"relu\",\"name\":\"%s\"},", input);
    for (int stage = 1; stage <= 3; stage++)
        for (int b = 1; b <= 5; b++) {
            snprintf(block, sizeof block, "stage%d.block%d", stage, b);
            print_block(f, input, block, 8 << stage, stage > 1 && b == 1 ? 2 : 1);
            memcpy(input, block, sizeof input);
        }
    fprintf(f, "{\"type\":\"globalavgpool\"},{\"type\":\"dense\",\"weight\":\"fc.weight\","
            "\"bias\":\"fc.bias\",\"out\":10}]}");
    fclose(f);
    return text;
}

char *network_default(const char *task, size_t units, size_t inputs)
{
    if (!strcmp(task, "fmnist"))
        return strdup(fmnist);
    if (!strcmp(task, "cifar10"))
        return print_resnet32();
    int speech = !strcmp(task, "speech");
    if (!speech && strcmp(task, "ecg") && strcmp(task, "synth-ecg"))
        return NULL;
    char text[600];
    snprintf(text, sizeof text,
             "{\"kind\":\"lsnn\",\"steps\":%d,\"inputs\":%zu,\"units\":%zu,\"classes\":%d,"
             "\"tau\":\"20\",\"tau_ada\":\"98\",\"beta\":\"2.0\",\"b0\":\"0.01\","
             "\"refractory\":1,\"reset\":\"spike\",\"w_in\":\"w_in\",\"w_rec\":\"w_rec\","
             "\"w_out\":\"w_out\",\"b_out\":\"b_out\"}",
             speech ? 98 : 100, inputs ? inputs : speech ? 40 : 2, units ? units : 256,
             speech ? 8 : 4);
    return strdup(text);
}
