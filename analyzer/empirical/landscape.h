/* landscape.h -- the loss around the parameters, along random directions (paper, Fig. 2, Table S1).
 *
 * Direction d is v = reach |Theta| R_d, R_d standard normal, a function of (seed, d) and the
 * parameter; the loss is the mean cross-entropy over the set at Theta + alpha v.  Float32
 * networks: a measurement. */
#ifndef EMPIRICAL_LANDSCAPE_H
#define EMPIRICAL_LANDSCAPE_H

#include <stdint.h>

#include "specs/dataset.h"
#include "specs/network.h"

struct journal; /* console/journal.h */

struct landscape {
    const struct network *network;
    const struct dataset *set;
    double reach;
    uint64_t seed;
    struct journal *journal; /* keeps every point of its present stage, or NULL; borrowed */
};

struct landscape_point {
    double loss;
    size_t correct;
};

/* v [parameter_count] of direction d.  What never varies (batch normalisations, synapses from a
 * neuron to itself) is 0. */
void landscape_direction(const struct landscape *landscape, uint64_t d, float *v);

/* Hears of each point done; returns nonzero to stop. */
typedef int landscape_progress(void *context);

/* The points Theta + alpha[i] v + beta[i] w, i < count; w and beta may be NULL.  Returns how many
 * were done. */
size_t landscape_measure(const struct landscape *landscape, const float *v, const double *alpha,
                         const float *w, const double *beta, size_t count,
                         landscape_progress *progress, void *context,
                         struct landscape_point *points);

/* Mean of |difference of neighbours| / spacing of the losses after a moving average over `window`
 * points (1: none); count > window. */
double landscape_slope(const struct landscape_point *points, size_t count, size_t window,
                       double spacing);

#endif
