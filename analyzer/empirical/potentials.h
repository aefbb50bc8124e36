/* potentials.h -- how far an LSNN's membrane potentials keep from the threshold (paper, Fig. S10).
 *
 * A potential close to its threshold is a spike that a small error of the weights adds or takes
 * away.  Counted are V_t / B_t, t = 1 .. T, of every neuron on every sample, except where
 * the neuron is blocked after a spike and the threshold decides nothing.  Float32. */
#ifndef EMPIRICAL_POTENTIALS_H
#define EMPIRICAL_POTENTIALS_H

#include <stdint.h>

#include "specs/dataset.h"
#include "specs/network.h"

/* Bin i of V / B covers [LOW + i WIDTH, LOW + (i + 1) WIDTH); the first and last also hold
 * everything beyond. */
#define POTENTIALS_BINS 140
#define POTENTIALS_LOW (-4.0)
#define POTENTIALS_WIDTH 0.05

struct potentials {
    uint64_t bins[POTENTIALS_BINS];
    uint64_t counted, near;  /* potentials; those with |V - B| <= POTENTIALS_NEAR B */
    size_t units, samples, steps;
    uint64_t *spikes;        /* [units], owned */
};
#define POTENTIALS_NEAR 0.1

/* Hears of each sample done, by one thread at a time; returns nonzero to stop. */
typedef int potentials_progress(void *context);

/* Run an LSNN on every sample; `samples` says how many were done.  potentials_clear releases. */
void potentials_measure(struct potentials *potentials, const struct network *network,
                        const struct dataset *set, potentials_progress *progress, void *context);
void potentials_clear(struct potentials *potentials); /* safe on a zeroed struct */

#endif
