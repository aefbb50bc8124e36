/* pcm_chip.h -- a network on one chip of phase-change memory: a pair of devices per weight.
 *
 * On a tile whose largest |weight| is w_max, G+ is programmed to g_max max(0, w) / w_max and G-
 * to g_max max(0, -w) / w_max; read back, the weight is (G+ - G-) w_max / g_max.  Both devices
 * of a pair are kept, also the one that is off.  Always drifted from the programmed state.
 *
 * Global drift compensation scales a tile's output by
 *     alpha = R(as programmed) / R(now),   R = max(1e-4, mean over the tile of |G+ - G-| / g_max)
 * which is what a reading of every row by itself gives: `ideal` reads without noise, `noisy`
 * with the device's own, drawn for this purpose.
 *
 * All is a function of (seed, chip, parameter, device), read noise also of the value of t: the
 * same chip for any number of threads, list of times, or shard.  With all noise off a chip is
 * the network itself, bit for bit. */
#ifndef EMPIRICAL_PCM_CHIP_H
#define EMPIRICAL_PCM_CHIP_H

#include "pcm.h"
#include "specs/tiles.h"

enum pcm_compensation { PCM_NONE, PCM_IDEAL, PCM_NOISY };

struct pcm_setup {
    const struct pcm_device *device;
    struct pcm_scales scales;
    enum pcm_compensation compensation;
    uint64_t seed;
};

#define PCM_CHIPS ((uint64_t)1 << 40) /* chips are numbered below this */

struct pcm_chip {
    const struct tiles *tiles; /* borrowed */
    struct pcm_setup setup;
    uint64_t number;
    /* [parameters][2], G+ then G-; owned */
    float *programmed; /* microsiemens */
    float *exponent, *share;
    float *reading;    /* of the last time */
    double *reference; /* [tiles] R as programmed */
};

void pcm_chip_init(struct pcm_chip *chip, const struct tiles *tiles,
                   const struct pcm_setup *setup);
void pcm_chip_clear(struct pcm_chip *chip);

/* Make it chip `number`, freshly programmed. */
void pcm_chip_program(struct pcm_chip *chip, uint64_t number);

/* At time t (which must pass pcm_check_time): change [parameters] is what is added to the
 * weights on the tiles, in their unit, before compensation, 0 for what is digital;
 * alpha [tiles]. */
void pcm_chip_read(struct pcm_chip *chip, double t, float *change, float *alpha);

/* theta [parameters] of the digital network that computes what the chip does when its
 * converters are perfect: theta + factor ((alpha - 1) weight + alpha change). */
void pcm_chip_theta(const struct pcm_chip *chip, const float *change, const float *alpha,
                    float *theta);

#endif
