/* linear_carry.c -- layers that only move and average: flatten, average pooling,
 * slice and pad.  Every output is a sum of `divisor` inputs over that number (pad:
 * one input, or none). */
#include "linear_store.h"

size_t carry_divisor(const struct node *node)
{
    const struct layer *l = &node->layer;
    if (l->kind == LAYER_AVGPOOL2D)
        return l->size * l->size;
    return l->kind == LAYER_GLOBALAVGPOOL ? l->in.height * l->in.width : 1;
}

/* The i-th input of an output; 0 if there is none. */
static int carry_source(const struct node *node, const size_t out[3], size_t i, size_t in[3])
{
    const struct layer *l = &node->layer;
    size_t row = out[0], column = out[1], channel = out[2];
    switch (l->kind) {
    case LAYER_FLATTEN:
        in[0] = channel / l->in.width % l->in.height;
        in[1] = channel % l->in.width;
        in[2] = channel / (l->in.height * l->in.width);
        return 1;
    case LAYER_AVGPOOL2D:
        in[0] = row * l->size + i / l->size;
        in[1] = column * l->size + i % l->size;
        in[2] = channel;
        return 1;
    case LAYER_GLOBALAVGPOOL:
        in[0] = i / l->in.width;
        in[1] = i % l->in.width;
        in[2] = channel;
        return 1;
    case LAYER_SLICE:
        in[0] = row * l->stride;
        in[1] = column * l->stride;
        in[2] = channel;
        return 1;
    default: /* pad */
        in[0] = row;
        in[1] = column;
        in[2] = channel - l->before;
        return channel >= l->before && channel < l->before + l->in.channels;
    }
}

struct window carry_window(const struct node *node, struct grid input, struct window out)
{
    const struct layer *l = &node->layer;
    size_t step = l->kind == LAYER_AVGPOOL2D ? l->size : l->kind == LAYER_SLICE ? l->stride : 1;
    size_t last = l->kind == LAYER_AVGPOOL2D ? l->size : 1;
    if (l->kind == LAYER_FLATTEN || l->kind == LAYER_GLOBALAVGPOOL)
        return grid_window(input);
    return (struct window){out.top * step, out.left * step, (out.height - 1) * step + last,
                           (out.width - 1) * step + last};
}

size_t carry_list(const struct node *node, struct grid input, struct window out,
                  struct window in, uint32_t *from_at, uint32_t *to_at)
{
    size_t listed = 0, inputs = carry_divisor(node), from[3], to[3];
    for (size_t place = 0; place < out.height * out.width; place++)
        for (size_t c = 0; c < node->grid.channels; c++)
            for (size_t i = 0; i < inputs; i++) {
                from[0] = out.top + place / out.width;
                from[1] = out.left + place % out.width;
                from[2] = c;
                if (!carry_source(node, from, i, to))
                    continue;
                from_at[listed] = (uint32_t)(place * node->grid.stride + c);
                to_at[listed++] = (uint32_t)(((to[0] - in.top) * in.width + to[1] - in.left) *
                                                 input.stride + to[2]);
            }
    return listed;
}
