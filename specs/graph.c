/* graph.c -- see graph.h. */
#include "graph.h"

#include <stdlib.h>

#define MOST_SOURCES ((size_t)1 << 27)
#define MOST_VALUES ((size_t)1 << 30)

/* Of value o, or for an affine layer of place o, the tap-th source within the layer read,
 * both in the order of specs/network.md; SIZE_MAX: outside. */
static size_t source_of(const struct layer *l, size_t o, size_t tap)
{
    struct shape in = l->in, out = l->out;
    size_t x = o % out.width, y = o / out.width % out.height, c = o / out.width / out.height;
    switch (l->kind) {
    case LAYER_DENSE:
        return tap;
    case LAYER_CONV2D:
        c = tap / l->kernel_width / l->kernel_height;
        y = y * l->stride + tap / l->kernel_width % l->kernel_height - l->top;
        x = x * l->stride + tap % l->kernel_width - l->left;
        return y < in.height && x < in.width ? (c * in.height + y) * in.width + x : SIZE_MAX;
    case LAYER_GLOBALAVGPOOL:
        return o * in.height * in.width + tap;
    case LAYER_MAXPOOL2D:
    case LAYER_AVGPOOL2D:
        return (c * in.height + y * l->size + tap / l->size) * in.width + x * l->size +
               tap % l->size;
    case LAYER_SLICE:
        return (c * in.height + y * l->stride) * in.width + x * l->stride;
    case LAYER_PAD:
        return c < l->before || c - l->before >= in.channels
                   ? SIZE_MAX
                   : ((c - l->before) * in.height + y) * in.width + x;
    default:
        return o;
    }
}

static size_t taps_of(const struct layer *l)
{
    switch (l->kind) {
    case LAYER_DENSE:
        return shape_count(l->in);
    case LAYER_CONV2D:
        return l->in.channels * l->kernel_height * l->kernel_width;
    case LAYER_GLOBALAVGPOOL:
        return l->in.height * l->in.width;
    case LAYER_MAXPOOL2D:
    case LAYER_AVGPOOL2D:
        return l->size * l->size;
    default:
        return l->kind == LAYER_ADD ? 2 : 1;
    }
}

static int is_window(const struct layer *l)
{
    return l->kind == LAYER_RELU || l->kind == LAYER_MAXPOOL2D;
}

/* The layer whose values are read where `from` says so, with flattening undone. */
static int read_by(const struct network *n, int from)
{
    while (from >= 0 && n->layers[from].kind == LAYER_FLATTEN)
        from = n->layers[from].from;
    return from;
}

/* Of a ReLU or pooling layer: the other one in front of it, or NULL. */
static const struct layer *partner(const struct network *n, const struct layer *l)
{
    int from = read_by(n, l->from);
    const struct layer *p = from < 0 ? l : &n->layers[from];
    return is_window(l) && is_window(p) && p->kind != l->kind ? p : NULL;
}

/* The layer whose kernel or windows layer l has. */
static const struct layer *maps_of(const struct network *n, const struct layer *l)
{
    return partner(n, l) && l->kind == LAYER_RELU ? partner(n, l) : l;
}

/* Kind, sizes and place of layer k. */
static void describe(struct graph *graph, size_t k)
{
    const struct network *n = graph->network;
    const struct layer *l = &n->layers[k], *before = partner(n, l);
    struct graph_layer *g = &graph->layers[k];
    int weights = l->kind == LAYER_DENSE || l->kind == LAYER_CONV2D;
    *g = (struct graph_layer){.kind = weights ? AFFINE : is_window(l) ? WINDOW : SUM,
                              .from = read_by(n, before ? before->from : l->from),
                              .with = l->kind == LAYER_ADD ? read_by(n, l->with) : -2,
                              .first = graph->values, .count = shape_count(l->out),
                              .taps = taps_of(maps_of(n, l)), .cells = 1,
                              .floor = before || l->kind == LAYER_RELU};
    g->units = weights ? l->out.channels : 1;
    g->places = g->count / g->units;
    if (l->kind == LAYER_AVGPOOL2D || l->kind == LAYER_GLOBALAVGPOOL)
        g->cells = (double)g->taps;
    if (weights) {
        g->weights = n->tensors[l->weight].offset;
        g->bias = l->bias < 0 ? SIZE_MAX : n->tensors[l->bias].offset;
    }
}

static void find_sources(struct graph *graph, size_t k)
{
    struct graph_layer *g = &graph->layers[k];
    const struct network *n = graph->network;
    const struct layer *maps = maps_of(n, &n->layers[k]);
    struct shape out = n->layers[k].out;
    g->sources = fault_alloc(g->places * g->taps, sizeof *g->sources);
    for (size_t i = 0; i < g->places * g->taps; i++) {
        size_t o = i / g->taps, tap = i % g->taps;
        size_t at = g->kind == AFFINE ? o : graph_index(out, o);
        size_t within = source_of(maps, o, tap);
        int from = maps->kind == LAYER_ADD && tap ? g->with : g->from;
        struct shape in = from < 0 ? n->input_shape : n->layers[from].out;
        size_t first = from < 0 ? 0 : graph->layers[from].first;
        g->sources[at * g->taps + tap] =
            (uint32_t)(within == SIZE_MAX ? graph->values : first + graph_index(in, within));
    }
}

int graph_make(struct graph *graph, const struct network *n, struct fault *fault)
{
    size_t room = MOST_SOURCES;
    graph->network = n;
    graph->layers = fault_alloc(n->layer_count, sizeof *graph->layers);
    graph->values = n->input_count;
    for (size_t k = 0; k < n->layer_count; k++) {
        describe(graph, k);
        const struct graph_layer *g = &graph->layers[k];
        graph->values += g->count;
        if (n->layers[k].kind == LAYER_BATCHNORM || g->places > room / g->taps ||
            g->count > MOST_VALUES || graph->values > MOST_VALUES)
            return fault_set(fault, "layer %zu is of a kind or size that cannot be audited", k);
        room -= g->places * g->taps;
    }
    int last = read_by(n, (int)n->layer_count - 1);
    if (last < 0)
        return fault_set(fault, "a network without layers that compute cannot be audited");
    graph->last = (size_t)last;
    graph->layers[last].readers = 1;
    for (size_t k = n->layer_count; k-- > 0;) {
        const struct graph_layer *g = &graph->layers[k];
        if (!g->readers)
            continue;
        find_sources(graph, k);
        if (g->from >= 0)
            graph->layers[g->from].readers++;
        if (g->with >= 0)
            graph->layers[g->with].readers++;
    }
    return 0;
}

void graph_clear(struct graph *graph)
{
    for (size_t k = 0; graph->layers && k < graph->network->layer_count; k++)
        free(graph->layers[k].sources);
    free(graph->layers);
    *graph = (struct graph){.layers = NULL};
}
