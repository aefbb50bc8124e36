/* linear_slopes.c -- slopes and multipliers of a refined margin (linear_rival.h).
 *
 * Any lower line between 0 and v, and any multiplier that is not negative, makes a sound
 * bound: here only better ones are looked for, one change at a time. */
#include "linear_rival.h"

#include <math.h>

static const double slopes[] = {0, 0.5, 1};

/* The best of the slopes for one ReLU, as far as the margin says; ties keep what is there. */
static double best_slope(struct rival *rival, double *alpha, double margin)
{
    double best = *alpha;
    const double given = best;
    for (int i = 0; i < 3; i++) {
        if (slopes[i] == given)
            continue;
        *alpha = slopes[i];
        double lower = rival_margin(rival);
        if (lower > margin) {
            margin = lower;
            best = slopes[i];
        }
    }
    *alpha = best;
    return margin;
}

void rival_slopes(struct rival *rival)
{
    const struct linear_state *s = &rival->work->state;
    double margin = rival_margin(rival);
    for (int t = 0; t < rival->layer_count; t++) {
        const struct rival_layer *layer = &rival->layers[t];
        for (size_t i = 0; i < layer->count && !(margin > rival->threshold); i++)
            if (s->low[layer->dense][i] < 0 && s->high[layer->dense][i] > 0)
                margin = best_slope(rival, &s->table[layer->relu]->alpha[i], margin);
    }
}

static int try_multiplier(struct rival *rival, struct rival_split *split, double to,
                          double *margin)
{
    double kept = split->multiplier;
    split->multiplier = to;
    double lower = rival_margin(rival);
    if (lower > *margin) {
        *margin = lower;
        return 1;
    }
    split->multiplier = kept;
    return 0;
}

/* None, or about the neuron's weight; then by ever smaller factors, as long as that is better. */
static void best_multiplier(struct rival *rival, struct rival_split *split)
{
    static const double factors[] = {1.25, 0.8, 1.0625, 0.9375, 1.015625, 0.984375};
    double margin = rival_margin(rival);
    try_multiplier(rival, split, 0, &margin);
    for (int e = -4; e <= 4; e++)
        try_multiplier(rival, split, ldexp(split->weight, e), &margin);
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        while (!(margin > rival->threshold) &&
               try_multiplier(rival, split, split->multiplier * factors[i], &margin))
            ;
}

void rival_multipliers(struct rival *rival)
{
    for (size_t i = 0; i < rival->split_count; i++)
        best_multiplier(rival, &rival->splits[i]);
}
