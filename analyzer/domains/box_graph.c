/* box_graph.c -- interval bound propagation through graphs with shortcuts.
 *
 * Every layer has its own row of intervals, sample by sample; a sum forgets that its operands
 * depend on the same parameters.  An average is a sum of picked places times the rational
 * 1 / places; slicing and padding move intervals. */
#include <stdlib.h>

#include "box.h"

struct box_graph {
    struct scalar *one, *zero;
    struct scalar *share[NETWORK_LAYERS]; /* poolings: 1 / places of a window */
    uint32_t *from[NETWORK_LAYERS];       /* slice, poolings: [places][outputs] read */
    size_t places[NETWORK_LAYERS];
};

struct box_rows {
    struct intervals *input, *layer[NETWORK_LAYERS];
    struct intervals *map;        /* a layer's output before it is put in plain order */
    struct intervals *term, *sum; /* of an average */
};

static struct scalar *fraction(const struct engine *engine, unsigned long divisor)
{
    struct constant constant = {.kind = CONSTANT_RATIONAL};
    mpq_init(constant.q);
    if (divisor)
        mpq_set_ui(constant.q, 1, divisor);
    struct scalar *result = engine->scalar_new(engine, &constant);
    mpq_clear(constant.q);
    return result;
}

/* Place `place` (row by row) of the window that output o reads. */
static size_t read_by(const struct layer *l, size_t o, size_t place)
{
    size_t plane = l->out.height * l->out.width, c = o / plane;
    size_t row = o % plane / l->out.width, column = o % l->out.width;
    size_t wide = l->kind == LAYER_GLOBALAVGPOOL ? l->in.width : l->size;
    size_t step_y = l->kind == LAYER_SLICE ? l->stride : l->size, step_x = step_y;
    if (l->kind == LAYER_GLOBALAVGPOOL)
        step_y = l->in.height, step_x = l->in.width;
    size_t y = row * step_y, x = column * step_x;
    if (l->kind != LAYER_SLICE)
        y += place / wide, x += place % wide;
    return (c * l->in.height + y) * l->in.width + x;
}

static void prepare_moves(struct box_graph *graph, const struct engine *engine, size_t i,
                          const struct layer *l)
{
    size_t outputs = shape_count(l->out);
    size_t places = l->kind == LAYER_SLICE           ? 1
                    : l->kind == LAYER_GLOBALAVGPOOL ? l->in.height * l->in.width
                                                     : l->size * l->size;
    graph->places[i] = places;
    graph->from[i] = fault_alloc(places * outputs, sizeof *graph->from[i]);
    for (size_t place = 0; place < places; place++)
        for (size_t o = 0; o < outputs; o++)
            graph->from[i][place * outputs + o] = (uint32_t)read_by(l, o, place);
    graph->share[i] = fraction(engine, places);
}

int box_graph_prepare(struct domain *domain, const struct box *box, struct fault *fault)
{
    const struct network *n = domain->network;
    const struct engine *e = domain->engine;
    for (size_t i = 0; i < n->layer_count; i++)
        if (n->layers[i].kind == LAYER_BATCHNORM)
            return fault_set(fault, "layer %zu is a batchnorm; fold it into the layer before it",
                             i + 1);
    domain->graph = fault_alloc(1, sizeof *domain->graph);
    domain->graph->one = fraction(e, 1);
    domain->graph->zero = fraction(e, 0);
    for (size_t i = 0; i < n->layer_count; i++) {
        const struct layer *l = &n->layers[i];
        if (shape_count(l->out) > domain->widest)
            domain->widest = shape_count(l->out);
        if ((l->kind == LAYER_DENSE || l->kind == LAYER_CONV2D) && i + 1 < n->layer_count)
            domain->layers[i] = e->layer_new(e, n, l, box);
        if (l->kind == LAYER_AVGPOOL2D || l->kind == LAYER_GLOBALAVGPOOL ||
            l->kind == LAYER_SLICE)
            prepare_moves(domain->graph, e, i, l);
    }
    return 0;
}

void box_graph_free(struct domain *domain)
{
    struct box_graph *graph = domain->graph;
    if (!graph)
        return;
    domain->engine->scalar_free(graph->one);
    domain->engine->scalar_free(graph->zero);
    for (size_t i = 0; i < NETWORK_LAYERS; i++) {
        if (graph->share[i])
            domain->engine->scalar_free(graph->share[i]);
        free(graph->from[i]);
    }
    free(graph);
    domain->graph = NULL;
}

void box_graph_workspace(struct analysis *analysis)
{
    const struct engine *e = analysis->domain->engine;
    const struct network *n = analysis->domain->network;
    size_t widest = analysis->domain->widest;
    struct box_rows *rows = analysis->graph_rows = fault_alloc(1, sizeof *rows);
    rows->input = e->intervals_new(e, n->input_count);
    rows->map = e->intervals_new(e, widest);
    rows->term = e->intervals_new(e, widest);
    rows->sum = e->intervals_new(e, widest);
    for (size_t i = 0; i + 1 < n->layer_count; i++)
        rows->layer[i] = e->intervals_new(e, shape_count(n->layers[i].out));
    analysis->lower = fault_alloc(widest, sizeof(double));
    analysis->upper = fault_alloc(widest, sizeof(double));
}

void box_graph_release(struct analysis *analysis)
{
    const struct engine *e = analysis->domain->engine;
    struct box_rows *rows = analysis->graph_rows;
    if (!rows)
        return;
    e->intervals_free(rows->input);
    e->intervals_free(rows->map);
    e->intervals_free(rows->term);
    e->intervals_free(rows->sum);
    for (size_t i = 0; i < NETWORK_LAYERS; i++)
        e->intervals_free(rows->layer[i]);
    free(rows);
    analysis->graph_rows = NULL;
}

/* y := the mean over the window's places. */
static void average(const struct domain *d, struct box_rows *rows, size_t i,
                    const struct intervals *x, struct intervals *y, size_t count)
{
    const struct box_graph *graph = d->graph;
    const uint32_t *from = graph->from[i];
    d->engine->pick(rows->sum, x, from, count);
    for (size_t place = 1; place < graph->places[i]; place++) {
        d->engine->pick(rows->term, x, from + place * count, count);
        d->engine->combine(y, graph->one, rows->sum, graph->one, rows->term, count);
        d->engine->copy(rows->sum, 0, y, count);
    }
    d->engine->offset(y, graph->zero, graph->share[i], rows->sum, count);
}

static const struct intervals *row_of(const struct box_rows *rows, int layer)
{
    return layer < 0 ? rows->input : rows->layer[layer];
}

static void run_layer(const struct domain *d, struct box_rows *rows, size_t i)
{
    const struct layer *l = &d->network->layers[i];
    const struct engine *e = d->engine;
    const struct intervals *x = row_of(rows, l->from);
    struct intervals *y = rows->layer[i];
    size_t count = shape_count(l->out);
    switch (l->kind) {
    case LAYER_DENSE:
    case LAYER_CONV2D:
        e->layer(d->layers[i], x, rows->map, 1);
        e->copy(y, 0, rows->map, count);
        break;
    case LAYER_RELU:
        e->copy(y, 0, x, count);
        e->relu(y, count);
        break;
    case LAYER_MAXPOOL2D:
        e->maxpool(x, l->in, l->size, y, 1);
        break;
    case LAYER_FLATTEN:
        e->copy(y, 0, x, count);
        break;
    case LAYER_ADD:
        e->combine(y, d->graph->one, x, d->graph->one, row_of(rows, l->with), count);
        break;
    case LAYER_AVGPOOL2D:
    case LAYER_GLOBALAVGPOOL:
        average(d, rows, i, x, y, count);
        break;
    case LAYER_SLICE:
        e->pick(y, x, d->graph->from[i], count);
        break;
    case LAYER_PAD: /* the channels around are [0, 0] from the beginning */
        e->copy(y, l->before * l->in.height * l->in.width, x, shape_count(l->in));
        break;
    case LAYER_BATCHNORM:
        require(0); /* refused when prepared */
    }
}

void box_graph_bound(const struct domain *domain, struct analysis *analysis,
                     const float *const inputs[], const int labels[], size_t batch,
                     struct margins results[], const struct observer *observer)
{
    const struct network *n = domain->network;
    struct box_rows *rows = analysis->graph_rows;
    const struct layer *last = &n->layers[n->layer_count - 1];
    for (size_t s = 0; s < batch; s++) {
        domain->engine->set_points(rows->input, inputs[s], n->input_count);
        for (size_t i = 0; i + 1 < n->layer_count; i++) {
            run_layer(domain, rows, i);
            if (domain->layers[i])
                box_feedforward_show(analysis, rows->layer[i], 0, shape_count(n->layers[i].out),
                                     s, i, observer);
        }
        domain->engine->readout(domain->readout, row_of(rows, last->from), 0, labels[s],
                                &results[s]);
    }
}
