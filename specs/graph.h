/* graph.h -- a feed-forward network as values that are made of other values (network.md).
 *
 * All values have a number: the input's, then each layer's ([row][column][channel]), and last
 * one that is 0 and stands for places outside a map.  Layers are of three kinds:
 *   AFFINE  value [place][unit] = bias[unit] + sum over taps of weights[unit][tap] times what
 *           sources[place][tap] names;
 *   SUM     value = the sum of what its sources name, divided by `cells`;
 *   WINDOW  value = the greatest of what its sources name, and with `floor` of 0.
 * Flattened values are those that were flattened; of a ReLU and a pooling layer in sequence the
 * later one is a WINDOW with floor on what the earlier one reads. */
#ifndef SPECS_GRAPH_H
#define SPECS_GRAPH_H

#include <stdint.h>

#include "network.h"

enum graph_kind { AFFINE, SUM, WINDOW };

struct graph_layer {
    enum graph_kind kind;
    int from, with;             /* layers read, NETWORK_INPUT; with: -2 if none */
    size_t first, count;        /* its values */
    size_t places, taps, units; /* units: 1 unless AFFINE */
    size_t readers;             /* layers that read it; the last one has 1; 0: skipped */
    uint32_t *sources;          /* [places][taps], owned; NULL where skipped */
    size_t weights, bias;       /* where in theta [units][taps], [units] are; SIZE_MAX: none */
    int floor;
    double cells;
};

struct graph {
    const struct network *network; /* borrowed */
    struct graph_layer *layers;    /* [layer_count], owned */
    size_t values;                 /* how many; the number of the 0 */
    size_t last;                   /* layer, whose values are the logits */
};

/* Returns 0, or -1 with the reason: batch normalisation, or too large to be kept so.  Then, too,
 * graph_clear releases. */
int graph_make(struct graph *graph, const struct network *network, struct fault *fault)
    __attribute__((warn_unused_result));
void graph_clear(struct graph *graph);

/* Place in a layer's numbering of the i-th value in the order of network.md,
 * [channel][row][column]. */
static inline size_t graph_index(struct shape s, size_t i)
{
    size_t map = s.height * s.width;
    return i % map * s.channels + i / map;
}

#endif
