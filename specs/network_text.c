/* network_text.c -- descriptions as text: printing one, and the paper's own. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "network.h"

static json_t *layer_json(const struct network *n, const struct layer *layer)
{
    json_t *object = json_object();
    static const char *const types[] = {"dense", "conv2d", "relu", "maxpool2d", "flatten"};
    json_object_set_new(object, "type", json_string(types[layer->kind]));
    if (layer->weight >= 0)
        json_object_set_new(object, "weight", json_string(n->tensors[layer->weight].name));
    if (layer->bias >= 0)
        json_object_set_new(object, "bias", json_string(n->tensors[layer->bias].name));
    if (layer->weight >= 0)
        json_object_set_new(object, "out", json_integer((json_int_t)layer->out.channels));
    if (layer->kind == LAYER_CONV2D) {
        json_object_set_new(object, "kernel",
                            json_pack("[I,I]", (json_int_t)layer->kernel_height,
                                      (json_int_t)layer->kernel_width));
        json_object_set_new(object, "stride", json_integer((json_int_t)layer->stride));
        json_object_set_new(object, "padding",
                            json_pack("[I,I,I,I]", (json_int_t)layer->top,
                                      (json_int_t)layer->bottom, (json_int_t)layer->left,
                                      (json_int_t)layer->right));
    }
    if (layer->kind == LAYER_MAXPOOL2D)
        json_object_set_new(object, "size", json_integer((json_int_t)layer->size));
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
            json_array_append_new(layers, layer_json(network, &network->layers[i]));
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

char *network_default(const char *task, size_t units, size_t inputs)
{
    if (!strcmp(task, "fmnist"))
        return strdup(fmnist);
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
