/* tiles.h -- a network's weights on crossbar tiles.
 *
 * Each weight tensor is a matrix with a row per input and a column per output: a dense layer's
 * [out, in] turned, a convolution's [out, in kernel_height kernel_width] turned (a row per place
 * of the window), an LSNN's as they are.  It is cut into tiles of at most side x side, as
 * even as possible: 576 rows at 256 make 192 + 192 + 192.  Biases stay digital, and so does the
 * diagonal of an LSNN's W_rec, which are no synapses.
 *
 * Where a batch normalisation was folded into the weights (fold.h), the crossbar holds the
 * unfolded ones, weight / factor, and the factor per column is digital. */
#ifndef SPECS_TILES_H
#define SPECS_TILES_H

#include <stdint.h>

#include "model.h"

#define TILES_DIGITAL UINT32_MAX

/* `length` in `parts` even parts: where part i begins; parts gives the length. */
size_t tiles_parts(size_t length, size_t side);
size_t tiles_begin(size_t length, size_t parts, size_t i);

struct tiles_matrix {
    int tensor;
    size_t rows, columns;
    size_t row_step, column_step; /* of parameters in the tensor */
    size_t row_parts, column_parts;
    size_t first; /* its first tile; tile (r, c) is first + r column_parts + c */
};

struct tiles {
    const struct network *network; /* borrowed */
    int matrix_count;
    struct tiles_matrix matrix[NETWORK_LAYERS];
    size_t count;    /* tiles */
    /* Per parameter, owned. */
    uint32_t *tile;  /* or TILES_DIGITAL */
    float *factor;   /* 1 where nothing was folded */
    float *weight;   /* on the tile: theta / factor */
    float *largest;  /* [count] of |weight| in a tile */
    size_t *devices; /* [count] weights in a tile */
};

/* The model must outlive the tiles. */
void tiles_init(struct tiles *tiles, const struct model *model, size_t side);
void tiles_clear(struct tiles *tiles);

/* The matrix of that tensor, or NULL. */
const struct tiles_matrix *tiles_of(const struct tiles *tiles, int tensor);

#endif
