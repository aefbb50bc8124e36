/* setattack.h -- one parameter vector in a box that is bad for a whole data set (paper, Fig. 3).
 *
 * Sign ascent on a loss over all samples, and random corners to compare it with.  The vectors
 * lie in the box (box_floats.h).  A measurement in float32 of how far accuracy can be pushed
 * down by one and the same chip: an upper bound of the worst, and no proof. */
#ifndef EMPIRICAL_SETATTACK_H
#define EMPIRICAL_SETATTACK_H

#include <stdint.h>

#include "specs/dataset.h"
#include "specs/network.h"

enum setattack_loss {
    SETATTACK_CROSS_ENTROPY, /* with the labels */
    SETATTACK_DIVERGENCE,    /* KL from the nominal answers: label-free, as in training */
    SETATTACK_MARGIN         /* of the samples that are still right */
};
#define SETATTACK_LOSSES 3
extern const char *const setattack_loss_names[SETATTACK_LOSSES];

struct setattack {
    const struct network *network;
    const struct dataset *set;
    const float *lower, *upper; /* [parameter_count] the box; lower <= theta <= upper */
    uint64_t seed;
};

/* With a = (upper - lower) / 2:
 *   star_0 = clip(theta + start |theta| R), R standard normal, or where `start` is negative
 *            uniform in the box,
 *   star_t = clip(star_{t-1} + (scale / steps) a sign(gradient)),  t = 1 .. steps. */
struct setattack_attempt {
    enum setattack_loss loss;
    size_t steps; /* at least 1 */
    double scale, start;
    int last; /* the vector found is star_steps, as in the paper; else the worst star_t */
    uint64_t draw; /* of the start */
};

/* Hears of each pass over the set; returns nonzero to stop. */
typedef int setattack_progress(void *context);

/* Attack; star [parameter_count] is the vector found.  Returns how many samples it gets right.
 * Stopped early, that is of the vectors seen (theta itself before any). */
size_t setattack_run(const struct setattack *attack, const struct setattack_attempt *attempt,
                     setattack_progress *progress, void *context, float *star);

/* Every parameter at one of its two ends by a fair coin, a function of (seed, draw). */
void setattack_corner(const struct setattack *attack, uint64_t draw, float *star);

/* wrong [set->count]: does float32 get the sample wrong at these parameters?  Returns how many
 * are right. */
size_t setattack_look(const struct setattack *attack, const float *star, unsigned char *wrong);

#endif
