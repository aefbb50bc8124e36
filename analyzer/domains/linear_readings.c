/* linear_readings.c -- what ReLUs and poolings read, layer by layer as certificates count them,
 * and which networks' proofs can be written so; see linear_claims.h.
 *
 * Certificates know values and windows by specs/graph.h, proofs by nodes: where the two have the
 * same windows in the same order on the same layers, each window's claims are those of its node. */
#include "linear_claims.h"
#include "linear_store.h"
#include "specs/graph.h"

#define MOST_SIZE 6 /* of pooling windows: members have a digit, 0-9a-z */

static int is_window(const struct node *node)
{
    return node->rule == RULE_RELU || node->rule == RULE_POOL;
}

static int is_flatten(const struct node *node)
{
    return node->rule == RULE_CARRY && node->layer.kind == LAYER_FLATTEN;
}

/* The node that has a node's values before any flattening. */
static int unflattened(const struct linear *linear, int v)
{
    while (is_flatten(&linear->nodes[v]))
        v = linear->nodes[v].from;
    return v;
}

static size_t window_size(const struct node *node)
{
    return node->rule == RULE_POOL ? node->layer.size : 1;
}

struct reading linear_reading(const struct linear *linear, int window)
{
    const struct node *node = &linear->nodes[window];
    int layer = unflattened(linear, node->from);
    size_t size = window_size(node);
    struct grid grid = linear->nodes[layer].grid;
    return (struct reading){.node = node->from, .layer = layer - 1, .grid = grid,
                            .flat = layer != node->from, .size = size,
                            .rows = grid.height / size * size,
                            .columns = grid.width / size * size};
}

size_t reading_at(const struct reading *reading, size_t place, size_t channel)
{
    struct grid grid = reading->grid;
    size_t at = place / reading->columns * grid.width + place % reading->columns;
    return reading->flat ? channel * grid.height * grid.width + at : at * grid.stride + channel;
}

int linear_is_first(const struct linear *linear, int v)
{
    const struct node *node = &linear->nodes[v];
    return v == 0 || (!is_window(node) && unflattened(linear, node->from) == 0 &&
                      (node->with < 0 || unflattened(linear, node->with) == 0));
}

/* Have a node's values, flattened or not, one reader? */
static int is_read_once(const struct linear *linear, int v)
{
    while (linear->nodes[v].readers == 1 && is_flatten(&linear->nodes[v]))
        v = linear->nodes[v].from;
    return linear->nodes[v].readers == 1;
}

static int check_node(const struct linear *linear, int v, struct fault *fault)
{
    const struct node *node = &linear->nodes[v];
    if (is_window(node) && is_window(&linear->nodes[unflattened(linear, node->from)]))
        return fault_set(fault, "layer %d: ReLUs and poolings one after another", v - 1);
    if (node->rule == RULE_POOL && node->layer.size > MOST_SIZE)
        return fault_set(fault, "layer %d pools more than %d values", v - 1,
                         MOST_SIZE * MOST_SIZE);
    if (is_window(node) && !is_read_once(linear, node->from))
        return fault_set(fault, "layer %d reads what others read too", v - 1);
    return 0;
}

/* Are the certificate's windows the nodes that are windows? */
static int check_windows(const struct linear *linear, const struct graph *graph,
                         struct fault *fault)
{
    int v = 1;
    for (size_t k = 0; k < graph->network->layer_count; k++) {
        const struct graph_layer *g = &graph->layers[k];
        if (!g->readers || g->kind != WINDOW)
            continue;
        while (v < linear->count && !is_window(&linear->nodes[v]))
            v++;
        struct reading reading = {.layer = -2};
        if (v < linear->count)
            reading = linear_reading(linear, v++);
        if (reading.layer != g->from || reading.size * reading.size != g->taps)
            return fault_set(fault, "layer %zu: ReLUs and poolings one after another", k);
    }
    while (v < linear->count && !is_window(&linear->nodes[v]))
        v++;
    return v < linear->count ? fault_set(fault, "layer %d: ReLUs and poolings one after another",
                                         v - 1)
                             : 0;
}

int linear_claims_check(const struct linear *linear, struct fault *fault)
{
    struct graph graph;
    for (int v = 1; v < linear->count; v++)
        if (check_node(linear, v, fault))
            return -1;
    int failed = graph_make(&graph, linear->network, fault);
    if (!failed)
        failed = check_windows(linear, &graph, fault);
    graph_clear(&graph);
    return failed;
}
