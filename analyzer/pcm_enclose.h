/* pcm_enclose.h -- where a phase-change device can be when each of its random variables lies
 * within K of its standard deviations: proven bounds, in mpfr (specs/pcm.md).
 *
 * The constants of a preset mean the decimals that are printed for them; K and T are exact
 * rationals.  Conductances are parts of g_max. */
#ifndef ANALYZER_PCM_ENCLOSE_H
#define ANALYZER_PCM_ENCLOSE_H

#include "analyzer/empirical/pcm.h"
#include "analyzer/numbers/interval.h"

#define PCM_BITS 96

struct pcm_law {
    struct interval floor, constant, slope, power, least, most, edge, polynomial[4];
};

struct pcm_enclosure {
    const struct pcm_device *device;
    struct interval within;   /* [-K, K] */
    struct interval program[4]; /* parts of g_max */
    struct pcm_law mean, deviation, share;
    struct interval log_age, spread; /* ln(t' / t_0), L(T) */
    int drifts;               /* is log_age above 0? */
};

/* A device at time T.  Returns 0, or -1 with the reason: T before the device's first reading.
 * pcm_enclosure_clear releases. */
int pcm_enclosure_init(struct pcm_enclosure *e, const struct pcm_device *device, const mpq_t k,
                       const mpq_t t, struct fault *fault) __attribute__((warn_unused_result));
void pcm_enclosure_clear(struct pcm_enclosure *e);

/* Bounds of what is programmed, of the factor of drift, and of what is read, of a device with
 * target x: lower end, upper end. */
struct pcm_bounds {
    double programmed[2], decay[2], read[2];
};
void pcm_enclose(const struct pcm_enclosure *e, const struct interval *x, struct pcm_bounds *bounds);

#endif
