/* pcm_chip.c -- see pcm_chip.h. */
#include "pcm_chip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "specs/random.h"
#include "trainer/normals.h"

#define PIECE 2048          /* parameters done at once, by one thread */
#define LEAST_READING 1e-4
#define REFERENCE UINT64_MAX /* in place of the bits of a time */

void pcm_chip_init(struct pcm_chip *chip, const struct tiles *tiles,
                   const struct pcm_setup *setup)
{
    size_t devices = 2 * tiles->network->parameter_count;
    *chip = (struct pcm_chip){.tiles = tiles, .setup = *setup};
    chip->programmed = fault_alloc(devices, sizeof *chip->programmed);
    chip->exponent = fault_alloc(devices, sizeof *chip->exponent);
    chip->share = fault_alloc(devices, sizeof *chip->share);
    chip->reading = fault_alloc(devices, sizeof *chip->reading);
    chip->reference = fault_alloc(tiles->count, sizeof *chip->reference);
}

void pcm_chip_clear(struct pcm_chip *chip)
{
    free(chip->programmed);
    free(chip->exponent);
    free(chip->share);
    free(chip->reading);
    free(chip->reference);
}

static int on_tile(const struct tiles *t, size_t i)
{
    return t->tile[i] != TILES_DIGITAL && t->largest[t->tile[i]] > 0;
}

/* What device `side` (0: G+) of parameter i is programmed to, as a part of g_max. */
static double target(const struct tiles *t, size_t i, int side)
{
    double weight = side ? -(double)t->weight[i] : t->weight[i];
    return weight > 0 ? weight / t->largest[t->tile[i]] : 0;
}

static void program_piece(struct pcm_chip *chip, size_t first, size_t count)
{
    const struct tiles *t = chip->tiles;
    const struct pcm_setup *s = &chip->setup;
    float program[2 * PIECE], drift[2 * PIECE];
    normals_draw(s->seed, RANDOM_PCM_PROGRAM + (chip->number << 8), 2 * first, 2 * count, program);
    normals_draw(s->seed, RANDOM_PCM_DRIFT + (chip->number << 8), 2 * first, 2 * count, drift);
    for (size_t k = 0; k < 2 * count; k++) {
        size_t at = 2 * first + k;
        if (!on_tile(t, at / 2))
            continue;
        double x = target(t, at / 2, at % 2);
        double programmed = pcm_programmed(s->device, s->scales.program, x, program[k]);
        chip->programmed[at] = (float)programmed;
        chip->exponent[at] = (float)pcm_exponent(s->device, s->scales.drift, x, drift[k]);
        chip->share[at] = (float)pcm_read_share(s->device, x, programmed);
    }
}

/* How devices are read: at which time, and with which draws. */
struct reading {
    double log_age, spread;
    uint64_t seed, stream;
};

/* `key`: the bits of the time, or REFERENCE. */
static struct reading reading_at(const struct pcm_chip *chip, double t, uint64_t purpose,
                                 uint64_t key, int noisy)
{
    const struct pcm_setup *s = &chip->setup;
    return (struct reading){
        .log_age = pcm_log_age(s->device, t),
        .spread = noisy ? s->scales.read * pcm_read_spread(s->device, t) : 0,
        .seed = random_u64(s->seed, purpose, key), .stream = purpose + (chip->number << 8),
    };
}

static void read_piece(struct pcm_chip *chip, const struct reading *r, size_t first, size_t count)
{
    float xi[2 * PIECE] = {0};
    if (r->spread > 0)
        normals_draw(r->seed, r->stream, 2 * first, 2 * count, xi);
    for (size_t k = 0; k < 2 * count; k++) {
        size_t at = 2 * first + k;
        if (!on_tile(chip->tiles, at / 2))
            continue;
        double drifted = chip->programmed[at] * exp(-(double)chip->exponent[at] * r->log_age);
        chip->reading[at] = (float)pcm_read(drifted, chip->share[at], r->spread, xi[k]);
    }
}

static void read_all(struct pcm_chip *chip, const struct reading *r)
{
    size_t count = chip->tiles->network->parameter_count;
#pragma omp parallel for schedule(static)
    for (size_t first = 0; first < count; first += PIECE)
        read_piece(chip, r, first, count - first < PIECE ? count - first : PIECE);
}

/* mean [tiles]: R of what was read, summed in the order of the parameters. */
static void measure(const struct pcm_chip *chip, double *mean)
{
    const struct tiles *t = chip->tiles;
    memset(mean, 0, t->count * sizeof *mean);
    for (size_t i = 0; i < t->network->parameter_count; i++)
        if (on_tile(t, i))
            mean[t->tile[i]] += fabs((double)chip->reading[2 * i] - chip->reading[2 * i + 1]);
    for (size_t k = 0; k < t->count; k++)
        mean[k] = fmax(LEAST_READING, mean[k] / (double)t->devices[k] / chip->setup.device->g_max);
}

void pcm_chip_program(struct pcm_chip *chip, uint64_t number)
{
    size_t count = chip->tiles->network->parameter_count;
    require(number < PCM_CHIPS);
    chip->number = number;
#pragma omp parallel for schedule(static)
    for (size_t first = 0; first < count; first += PIECE)
        program_piece(chip, first, count - first < PIECE ? count - first : PIECE);
    struct reading r = reading_at(chip, pcm_first_time(chip->setup.device), RANDOM_PCM_REFERENCE,
                                  REFERENCE, chip->setup.compensation == PCM_NOISY);
    read_all(chip, &r);
    measure(chip, chip->reference);
}

/* alpha [tiles] from readings of its own. */
static void compensate(struct pcm_chip *chip, double t, uint64_t key, float *alpha)
{
    double *now = fault_alloc(chip->tiles->count, sizeof *now);
    struct reading r = reading_at(chip, t, RANDOM_PCM_REFERENCE, key,
                                  chip->setup.compensation == PCM_NOISY);
    read_all(chip, &r);
    measure(chip, now);
    for (size_t k = 0; k < chip->tiles->count; k++)
        alpha[k] = (float)(chip->reference[k] / now[k]);
    free(now);
}

void pcm_chip_read(struct pcm_chip *chip, double t, float *change, float *alpha)
{
    const struct tiles *tiles = chip->tiles;
    double g_max = chip->setup.device->g_max;
    uint64_t key;
    memcpy(&key, &t, sizeof key);
    for (size_t k = 0; k < tiles->count; k++)
        alpha[k] = 1;
    if (chip->setup.compensation != PCM_NONE)
        compensate(chip, t, key, alpha);
    struct reading r = reading_at(chip, t, RANDOM_PCM_READ, key, 1);
    read_all(chip, &r);
    for (size_t i = 0; i < tiles->network->parameter_count; i++) {
        change[i] = 0;
        if (!on_tile(tiles, i))
            continue;
        float off[2];
        for (int side = 0; side < 2; side++)
            off[side] = chip->reading[2 * i + (size_t)side] -
                        (float)(g_max * target(tiles, i, side));
        change[i] = (float)((off[0] - off[1]) * tiles->largest[tiles->tile[i]] / g_max);
    }
}

void pcm_chip_theta(const struct pcm_chip *chip, const float *change, const float *alpha,
                    float *theta)
{
    const struct tiles *t = chip->tiles;
    for (size_t i = 0; i < t->network->parameter_count; i++) {
        theta[i] = t->network->theta[i];
        if (!on_tile(t, i))
            continue;
        double a = alpha[t->tile[i]];
        float off = (float)(t->factor[i] * ((a - 1) * t->weight[i] + a * change[i]));
        if (off != 0) /* a weight of -0 stays one */
            theta[i] += off;
    }
}
