/* relaxation.h -- linear bounds of ReLUs and pooling windows (B2, B3).
 *
 * From proven bounds of what a ReLU or a pooling reads, the lines of a struct
 * relaxation (forms.h) and bounds of what it gives.  All numbers are binary64
 * and all ends rounded outward, so that every engine may use them. */
#ifndef NUMBERS_RELAXATION_H
#define NUMBERS_RELAXATION_H

#include "forms.h"

/* What is read, over its grid: proven bounds and a guess at the values, which
 * decides only which of several sound lines is taken. */
struct relaxed {
    struct grid grid;
    const double *low, *high, *guess;
};

/* Tables for an output grid; `pools`: with places. */
struct relaxation *relaxation_new(struct grid grid, int pools);
void relaxation_free(struct relaxation *table);

/* a = max(v, 0), place by place.  out_low and out_high bound a. */
void relaxation_relu(struct relaxation *table, const struct relaxed *v, double *out_low,
                     double *out_high);

/* a = the maximum of windows of size x size side by side, and of 0 where `floor`.
 * differences[(place of the output grid * stride + channel) size^2 + i], or NULL:
 * upper bounds of v_i - v_w, v_i being the window's i-th, row by row, and w
 * pool_winner's choice; +inf where unknown. */
void relaxation_pool(struct relaxation *table, const struct relaxed *v, size_t size, int floor,
                     const double *differences, double *out_low, double *out_high);

/* What relaxation_pool's upper line of a window rests on: members are at most the winner +
 * excess; or (by_top) those in `rivals`, the winner among them, are at most the greater of `top`
 * and the upper ends of the other rivals, and all else is at most the winner. */
struct pool_choice {
    size_t winner, top;
    uint64_t rivals;
    double excess;
    int by_top;
};
struct pool_choice relaxation_choice(const struct relaxation *table, const struct relaxed *v,
                                     size_t size, int floor, const double *differences,
                                     size_t place, size_t channel);

/* The place in v's grid of the i-th of a window (`out`: output grid, `place` in it). */
size_t pool_place(struct grid out, size_t place, struct grid v, size_t size, size_t i);

/* The window's member whose guess is greatest, the first of equals. */
size_t pool_winner(struct grid out, size_t place, size_t channel, const struct relaxed *v,
                   size_t size);

/* May the i-th be the maximum, as far as single bounds say? */
int pool_candidate(struct grid out, size_t place, size_t channel, const struct relaxed *v,
                   size_t size, size_t i);

/* out[to[i]] += [low, high][from[i]] / divisor, i < count, outward. */
void relaxation_sum(const double *low, const double *high, const uint32_t *from, double *out_low,
                    double *out_high, const uint32_t *to, size_t count, size_t divisor);

#endif
