/* forms.h -- the arithmetic of backward substitution (domain `linear`).
 *
 * A row is a lower bound in the making: quantity >= sum_i coefficient_i v_i +
 * constant, for every parameter vector in the box, with v the values of one or
 * more layers.  A rule takes the coefficients away from a layer's outputs and
 * adds what they mean to those of its inputs and to the constants; at the
 * network's input only constants are left.
 *
 * The contract of every rule: whatever values v the layers can take within
 * their proven bounds, the row stays a lower bound.  Rounding only lowers it.
 * A trouble (overflow, NaN) ends as a bound of -inf.  Rules neither depend on
 * nor change the caller's rounding mode, FTZ or DAZ.
 *
 * Coefficients are exact numbers of the engine, except where a layer's sums
 * round: then an interval of each is kept, until `settle` picks one number and
 * pays for the choice.  Where a value is known to be >= 0 the lower end is the
 * choice and costs nothing, and nothing else is computed.
 *
 * Equations: B1 to B5 of analyzer/domains/linear.md, with the rounding argument of each. */
#ifndef NUMBERS_FORMS_H
#define NUMBERS_FORMS_H

#include <stddef.h>
#include <stdint.h>

#include "specs/box.h"
#include "specs/network.h"

struct engine;

/* A layer's values, kept [row][column][channel]; channels are filled up with zeros
 * to a multiple of eight, so that every place begins a vector. */
struct grid {
    size_t height, width, channels, stride; /* stride: channels, rounded up */
};

/* The part of a grid that a batch of rows speaks about. */
struct window {
    size_t top, left, height, width;
};

/* rows x count coefficients (or constants: count 1), the engine's own. */
struct forms;

/* Parameters of one dense or conv2d layer in their box, the engine's own;
 * read-only once made, shared by threads. */
struct form_weights;

/* Linear bounds of a = max over a pooling window (of max(v, 0)), or of one ReLU,
 * for every place of the output grid; plain numbers, the same for all engines.
 *   a >= alpha v_low,   alpha v_low a line between 0 and v_low: 0 <= alpha <= 1;
 *   a <= f(v_high),     f convex with f(low) <= at_low, f(high) <= at_high for the ends
 *                       low <= v_high <= high; `slope` is a good slope of a line above.
 * place: where v_low and v_high are in the input grid (row * width + column). */
struct relaxation {
    struct grid grid;
    double *alpha, *slope, *low, *high, *at_low, *at_high;
    uint32_t *place[2]; /* 0: of v_low, 1: of v_high */
};

/* What a convolution's coefficients stand at, and where they go. */
struct conv_rule {
    const struct form_weights *weights;
    struct grid sites;           /* of the coefficients */
    struct window site_window;
    const uint32_t *const *place; /* relaxation's places in the layer's output, by the sign
                                    of the coefficient: positive 0, negative 1; NULL: the
                                    sites are the output grid */
    size_t output_width;
    struct grid input;
    struct window input_window;
    const double *low, *high;    /* bounds of the whole input grid */
    const double *patches;       /* point rule: see `patches` below */
};

struct form_kernels {
    struct forms *(*forms_new)(const struct engine *);
    void (*forms_free)(struct forms *);

    /* Make it rows x count zeros; `interval`: coefficients keep two ends. */
    void (*reset)(struct forms *, size_t rows, size_t count, int interval);

    /* Coefficient `at` of a row := a number; one that the engine has no digits for (mpfr below
     * 53 bits) only where coefficients keep two ends. */
    void (*put)(struct forms *, size_t row, size_t at, double value);

    /* One number for each coefficient: see above.  low and high bound the grid.
     * A coefficient that is not finite makes the row's constant NaN. */
    void (*settle)(struct forms *, struct grid, struct window, const double *low,
                   const double *high, struct forms *constants);

    struct form_weights *(*weights_new)(const struct engine *, const struct network *,
                                        const struct layer *, const struct box *);
    void (*weights_free)(struct form_weights *);

    /* v = W a + b (B1).  `from` and `to` are whole flat layers. */
    void (*dense)(const struct form_weights *, const struct forms *from, struct forms *to,
                  struct forms *constants);

    /* v = K * a + b, every kernel weight one number for all positions (B4). */
    void (*conv)(const struct conv_rule *, const struct forms *from, struct forms *to,
                 struct forms *constants);

    /* The same for an input that is known exactly (B5): nothing is left of it.
     * patches[output place][patch stride]: the inputs that each kernel weight meets
     * there, (kernel row, kernel column, channel), then 1 for the bias, then zeros. */
    void (*conv_point)(const struct conv_rule *, const struct forms *from,
                       struct forms *constants);

    /* a in terms of v (B2, B3): coefficients stay at their place of the output grid,
     * where `to` is window for window like `from`. */
    void (*relax)(const struct relaxation *, struct window, const struct forms *from,
                  struct forms *to, struct forms *constants);

    /* to[to_at[i]] += from[from_at[i]] / divisor, i < count: copies, sums, means. */
    void (*carry)(const struct forms *from, const uint32_t *from_at, struct forms *to,
                  const uint32_t *to_at, size_t count, size_t divisor);

    /* What a pooling's coefficients are at the places of its input grid:
     * to[the place by the coefficient's sign] += from, both over their windows. */
    void (*spread)(const struct relaxation *, struct window from_window,
                   const struct forms *from, struct grid input, struct window to_window,
                   struct forms *to);

    /* constant += sum coefficient * value, the least for values anywhere in the grid's
     * bounds. */
    void (*evaluate)(const struct forms *, struct grid, struct window, const double *low,
                     const double *high, struct forms *constants);

    /* Row by row the bound, rounded down to binary64; -inf where there is none. */
    void (*lower)(const struct forms *constants, double *lower);
};

/* Vectors of doubles. */
#define FORM_LANES 8
static inline size_t form_stride(size_t count)
{
    return (count + FORM_LANES - 1) / FORM_LANES * FORM_LANES;
}
static inline struct grid form_grid(struct shape shape)
{
    return (struct grid){shape.height, shape.width, shape.channels, form_stride(shape.channels)};
}
static inline size_t grid_count(struct grid grid)
{
    return grid.height * grid.width * grid.stride;
}
static inline struct window grid_window(struct grid grid)
{
    return (struct window){0, 0, grid.height, grid.width};
}
static inline size_t window_count(struct window window, struct grid grid)
{
    return window.height * window.width * grid.stride;
}

/* The values of a patch, and its stride, for conv_point. */
static inline size_t patch_depth(const struct layer *layer)
{
    return layer->kernel_height * layer->kernel_width * layer->in.channels;
}
static inline size_t patch_stride(const struct layer *layer)
{
    return form_stride(patch_depth(layer) + 1);
}

#endif
