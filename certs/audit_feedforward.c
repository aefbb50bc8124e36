/* audit_feedforward.c -- interval bounds of a feed-forward network; see audit_network.h. */
#include <stdlib.h>

#include "audit_network.h"

struct span audit_value(const struct audit_network *a, const struct graph_layer *g,
                        const struct span *values, size_t o)
{
    const uint32_t *source = g->sources + o / g->units * g->taps;
    const struct span *weights = a->theta + g->weights + o % g->units * g->taps;
    struct span v = values[source[0]];
    if (g->kind == AFFINE)
        v = g->bias < SIZE_MAX ? a->theta[g->bias + o % g->units] : (struct span){0, 0};
    for (size_t t = g->kind != AFFINE; t < g->taps; t++) {
        struct span x = values[source[t]];
        if (g->kind == WINDOW)
            v = (struct span){audit_min(v.down, x.down), audit_max(v.up, x.up)};
        else
            v = span_add(v, g->kind == AFFINE ? span_times(weights[t], x) : x);
    }
    if (g->floor)
        return (struct span){audit_min(v.down, 0), audit_max(v.up, 0)};
    return (struct span){v.down / g->cells, v.up / g->cells};
}

static int all_values(const struct audit_network *a, size_t layers, struct span *values)
{
    for (size_t k = 0; k < layers; k++) {
        const struct graph_layer *g = &a->graph.layers[k];
        for (size_t o = 0; g->readers && o < g->count; o++) {
            values[g->first + o] = audit_value(a, g, values, o);
            if (!audit_finite(values[g->first + o]))
                return -1;
        }
    }
    return 0;
}

int audit_feedforward(const struct audit_network *a, const float *input, int label,
                      struct audit_margins *margins)
{
    const struct network *n = a->network;
    size_t end = n->layer_count - 1;
    while (n->layers[end].kind == LAYER_FLATTEN)
        end = (size_t)n->layers[end].from;
    const struct layer *last = &n->layers[end];
    const struct graph_layer *g = &a->graph.layers[end];
    int dense = last->kind == LAYER_DENSE;
    struct span *values = fault_alloc(a->graph.values + 1, sizeof *values);
    for (size_t i = 0; i < n->input_count; i++)
        values[graph_index(n->input_shape, i)] = span_point(input[i]);
    int failed = all_values(a, end + !dense, values);
    if (!failed && dense) {
        const struct audit_readout readout = {last->weight, last->bias, g->taps, g->taps, 1, 1};
        struct span *x = fault_alloc(g->taps, sizeof *x);
        for (size_t t = 0; t < g->taps; t++)
            x[t] = values[g->sources[t]];
        audit_readout(a, &readout, x, label, margins);
        free(x);
    }
    for (size_t j = 0; !failed && !dense && j < n->class_count; j++)
        margins->margin[j] =
            span_subtract(values[g->first + graph_index(last->out, (size_t)label)],
                          values[g->first + graph_index(last->out, j)]);
    free(values);
    return failed;
}
