/* linear_graph.c -- a network's layers as nodes with rules. */
#include <stdlib.h>
#include <string.h>

#include "linear_store.h"

int linear_check(const struct network *network, struct fault *fault)
{
    if (network->kind != NETWORK_FEEDFORWARD)
        return fault_set(fault, "the linear domain is for feed-forward networks");
    if (!network->layer_count ||
        network->layers[network->layer_count - 1].kind != LAYER_DENSE)
        return fault_set(fault, "the network's last layer must be dense to be certified");
    if (network->class_count > MARGINS_CLASSES)
        return fault_set(fault, "%zu classes; at most %d can be certified",
                         network->class_count, MARGINS_CLASSES);
    for (size_t i = 0; i < network->layer_count; i++)
        if (network->layers[i].kind > LAYER_PAD)
            return fault_set(fault, "layer %zu: the linear domain does not know this kind", i);
    return 0;
}

static enum rule rule_of(const struct layer *layer)
{
    switch (layer->kind) {
    case LAYER_DENSE: return RULE_DENSE;
    case LAYER_CONV2D: return layer->from == NETWORK_INPUT ? RULE_POINT : RULE_CONV;
    case LAYER_RELU: return RULE_RELU;
    case LAYER_MAXPOOL2D: return RULE_POOL;
    case LAYER_ADD: return RULE_ADD;
    default: return RULE_CARRY;
    }
}

static void make_nodes(struct linear *linear)
{
    const struct network *n = linear->network;
    linear->count = (int)n->layer_count + 1;
    linear->nodes[0] = (struct node){
        .rule = RULE_INPUT, .from = -1, .with = -1, .grid = form_grid(n->input_shape)};
    for (int v = 1; v < linear->count; v++) {
        const struct layer *layer = &n->layers[v - 1];
        linear->nodes[v] = (struct node){
            .rule = rule_of(layer), .layer = *layer, .from = layer->from + 1,
            .with = layer->kind == LAYER_ADD ? layer->with + 1 : -1,
            .grid = form_grid(layer->out)};
    }
}

static void count_readers(struct linear *linear)
{
    for (int v = 0; v < linear->count; v++)
        linear->nodes[v].readers = 0;
    for (int v = 1; v < linear->count; v++) {
        const struct node *node = &linear->nodes[v];
        const int sources[2] = {node->from, node->with};
        for (int s = 0; node->rule != RULE_NONE && s < 2; s++)
            if (sources[s] >= 0) {
                linear->nodes[sources[s]].reader = v;
                linear->nodes[sources[s]].readers++;
            }
    }
}

static void replace(struct linear *linear, int old, int by)
{
    linear->nodes[old].rule = RULE_NONE;
    for (int v = 1; v < linear->count; v++) {
        if (linear->nodes[v].from == old)
            linear->nodes[v].from = by;
        if (linear->nodes[v].with == old)
            linear->nodes[v].with = by;
    }
}

/* A ReLU before or after a pooling, and nowhere else, is part of it: both take maxima. */
static void merge_relus(struct linear *linear)
{
    for (int v = 1; v < linear->count; v++) {
        struct node *node = &linear->nodes[v];
        count_readers(linear);
        if (node->rule != RULE_RELU)
            continue;
        struct node *source = &linear->nodes[node->from];
        struct node *reader = &linear->nodes[node->reader];
        if (node->readers == 1 && reader->rule == RULE_POOL) {
            reader->floor = 1;
            replace(linear, v, node->from);
        } else if (source->rule == RULE_POOL && source->readers == 1) {
            source->floor = 1;
            replace(linear, v, node->from);
        } else if (source->rule == RULE_RELU || (source->rule == RULE_POOL && source->floor)) {
            replace(linear, v, node->from);
        }
    }
    count_readers(linear);
}

/* Rows and columns of a convolution that its pooling drops are not bounded. */
static void crop(struct linear *linear)
{
    for (int v = 1; v < linear->count; v++) {
        struct node *pool = &linear->nodes[v];
        struct node *conv = pool->rule == RULE_POOL ? &linear->nodes[pool->from] : NULL;
        if (!conv || conv->readers != 1 || (conv->rule != RULE_CONV && conv->rule != RULE_POINT))
            continue;
        conv->layer.out.height = pool->layer.out.height * pool->layer.size;
        conv->layer.out.width = pool->layer.out.width * pool->layer.size;
        conv->grid = form_grid(conv->layer.out);
        pool->layer.in = conv->layer.out;
    }
}

/* Values that cannot be negative, and coefficients that are never sums. */
static void note_properties(struct linear *linear)
{
    for (int v = 0; v < linear->count; v++) {
        struct node *node = &linear->nodes[v];
        const struct node *from = node->from < 0 ? NULL : &linear->nodes[node->from];
        const struct node *with = node->with < 0 ? NULL : &linear->nodes[node->with];
        if (node->rule == RULE_RELU)
            node->nonnegative = 1;
        else if (node->rule == RULE_POOL)
            node->nonnegative = node->floor || from->nonnegative;
        else if (node->rule == RULE_CARRY || node->rule == RULE_ADD)
            node->nonnegative = from->nonnegative && (!with || with->nonnegative);
        const struct node *reader = &linear->nodes[node->reader];
        int plain = reader->rule == RULE_RELU || reader->rule == RULE_POOL ||
                    reader->rule == RULE_ADD ||
                    (reader->rule == RULE_CARRY && carry_divisor(reader) == 1);
        node->rounded = !node->nonnegative && !(node->readers == 1 && plain);
    }
}

int linear_graph(struct linear *linear, struct fault *fault)
{
    if (linear_check(linear->network, fault))
        return -1;
    make_nodes(linear);
    merge_relus(linear);
    crop(linear);
    note_properties(linear);
    for (int v = 0; v < linear->count; v++) {
        size_t count = grid_count(linear->nodes[v].grid);
        linear->widest = count > linear->widest ? count : linear->widest;
    }
    return 0;
}
