/* mismatch.h -- accuracies of chips whose parameters are off at random (paper section 4).
 *
 * Chip c at level zeta has Theta + zeta |Theta| R_c, or + zeta max|w| R_c (trainer/noise.h), R_c
 * standard normal and a function of (seed, population, c) and the parameter alone: the same chip
 * for any number of threads, list of levels, or choice of samples, and never noise that training
 * saw, whatever its seed.  An LSNN has no synapses from a neuron to itself: the diagonal of W_rec
 * stays as it is.  A measurement in float32: it says how chips fare, and proves nothing. */
#ifndef EMPIRICAL_MISMATCH_H
#define EMPIRICAL_MISMATCH_H

#include "specs/dataset.h"
#include "specs/network.h"
#include "trainer/noise.h"

struct journal; /* console/journal.h */

#define MISMATCH_CHIPS ((uint64_t)1 << 40) /* chips are numbered below this */
#define MISMATCH_POPULATIONS 16

struct mismatch {
    const struct network *network;
    const struct dataset *set;
    const struct scope *scope;
    enum noise_kind kind;
    uint64_t seed;
    unsigned population; /* below MISMATCH_POPULATIONS; chips of two are independent */
    size_t first_chip, chips;
    struct journal *journal; /* keeps every chip's count, or NULL; borrowed */
};

/* theta [parameter_count] of chip first_chip + i at this level. */
void mismatch_chip(const struct mismatch *mismatch, double level, size_t i, float *theta);

/* Hears of every chip done; returns nonzero to stop. */
typedef int mismatch_progress(void *context);

/* correct [chips]: samples that chip first_chip + i gets right at this level.  Returns how many
 * chips were done before `progress` said stop. */
size_t mismatch_measure(const struct mismatch *mismatch, double level,
                        mismatch_progress *progress, void *context, size_t *correct);

#endif
