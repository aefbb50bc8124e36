#include "normals.h"

#include <math.h>
#include <string.h>

#include "specs/random.h"

/* A Philox block has four words, for two pairs of normals. */
#define BLOCKS 32
#define PAIRS (2 * BLOCKS)
#define VALUES (4 * BLOCKS)

/* log(u) of u in (0, 1): u = m 2^e with m near 1, log m = 2 artanh((m - 1) / (m + 1)). */
static inline float logarithm(float u)
{
    int32_t bits, exponent;
    memcpy(&bits, &u, 4);
    exponent = (bits - 0x3f3504f3) >> 23; /* m in [sqrt(1/2), sqrt(2)) */
    bits -= (int32_t)((uint32_t)exponent << 23);
    float m;
    memcpy(&m, &bits, 4);
    float s = (m - 1) / (m + 1), q = s * s;
    float series = 1 + q * (1.0f / 3 + q * (1.0f / 5 + q * (1.0f / 7 + q * (1.0f / 9))));
    return (float)exponent * 0.693147182f + 2 * s * series;
}

/* Cosine and sine of 2 pi word / 2^32, by the nearest quarter turn. */
static inline void turn(uint32_t word, float *cosine, float *sine)
{
    uint32_t quarter = (word + 0x20000000u) >> 30;
    float x = (float)(int32_t)(word - (quarter << 30)) * (float)(2 * M_PI * 0x1p-32);
    float q = x * x;
    float s = x * (1 - q / 6 * (1 - q / 20 * (1 - q / 42 * (1 - q / 72))));
    float c = 1 - q / 2 * (1 - q / 12 * (1 - q / 30 * (1 - q / 56)));
    float along = quarter & 1 ? s : c, across = quarter & 1 ? c : s;
    *cosine = (quarter + 1) & 2 ? -along : along;
    *sine = quarter & 2 ? -across : across;
}

static void pairs_of(const uint32_t *restrict lengths, const uint32_t *restrict angles,
                     float *restrict even, float *restrict odd)
{
#pragma omp simd
    for (size_t k = 0; k < PAIRS; k++) {
        float u = ((float)(lengths[k] >> 9) + 0.5f) * 0x1p-23f, cosine, sine;
        float radius = sqrtf(-2 * logarithm(u));
        turn(angles[k], &cosine, &sine);
        even[k] = radius * cosine;
        odd[k] = radius * sine;
    }
}

/* The values of BLOCKS Philox blocks. */
static void draw_group(uint64_t seed, uint64_t stream, size_t block, float *out)
{
    uint32_t lengths[PAIRS], angles[PAIRS];
    float even[PAIRS], odd[PAIRS];
    for (size_t b = 0; b < BLOCKS; b++) {
        struct random_words words = random_words(seed, stream, block + b);
        for (size_t pair = 0; pair < 2; pair++) {
            lengths[2 * b + pair] = words.word[2 * pair];
            angles[2 * b + pair] = words.word[2 * pair + 1];
        }
    }
    pairs_of(lengths, angles, even, odd);
    for (size_t k = 0; k < PAIRS; k++) {
        out[2 * k] = even[k];
        out[2 * k + 1] = odd[k];
    }
}

void normals_draw(uint64_t seed, uint64_t stream, size_t first, size_t count, float *out)
{
    float group[VALUES];
    size_t skip = first % 4, block = first / 4;
    for (size_t done = 0; done < count; block += BLOCKS, skip = 0) {
        size_t left = count - done, size = VALUES - skip < left ? VALUES - skip : left;
        draw_group(seed, stream, block, group);
        memcpy(out + done, group + skip, size * sizeof *out);
        done += size;
    }
}
