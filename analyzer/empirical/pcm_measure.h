/* pcm_measure.h -- accuracies of chips of phase-change memory over time (paper, figure 4).
 *
 * Converters perfect: the float32 network runs with each chip's effective weights.  Otherwise it
 * runs tile by tile (network/crossbar.h), its converters calibrated on the network's own
 * weights.  A measurement in float32: it says how chips fare, and proves nothing. */
#ifndef EMPIRICAL_PCM_MEASURE_H
#define EMPIRICAL_PCM_MEASURE_H

#include "pcm_chip.h"
#include "specs/dataset.h"

struct journal; /* console/journal.h */

struct pcm_measure {
    const struct model *model;
    const struct dataset *set;
    const struct dataset *calibration; /* its first PCM_CALIBRATION samples set the converters */
    struct pcm_setup setup;
    size_t side;                       /* of a tile, at most */
    int dac_bits, adc_bits;            /* 0: perfect */
    size_t first_chip, chips;
    const double *times;               /* seconds, each past pcm_check_time */
    size_t time_count;
    struct journal *journal;           /* keeps every time of every chip, or NULL; borrowed */
};
#define PCM_CALIBRATION 256

struct pcm_measured {
    size_t tiles, pairs;
    size_t digital;  /* samples that the digital network gets right */
    size_t done;     /* chips that all times were measured of */
    /* [times][chips], owned */
    size_t *correct;
    double *alpha;   /* mean over the chip's tiles */
    double *error;   /* rms of weight error / largest weight of its tile, over all pairs */
};

/* Hears of every time of a chip done; returns nonzero to stop. */
typedef int pcm_progress(void *context);

/* Whether a chip of this setup's geometry with all noise off has the model's parameters, bit
 * for bit, at each of the times. */
int pcm_measure_ideal(const struct pcm_measure *measure);

/* Fill in a zeroed `measured`, as far as `progress` does not say stop; pcm_measured_clear
 * releases. */
void pcm_measure(const struct pcm_measure *measure, pcm_progress *progress, void *context,
                 struct pcm_measured *measured);
void pcm_measured_clear(struct pcm_measured *measured);

#endif
