/* synth.c -- see synth.h. */
#include "synth.h"

#include <math.h>

#include "ecg.h"
#include "random.h"

#define WAVES 6
#define DRAWS 512 /* random numbers a beat may use */

/* A wave of one beat: when (samples from the R peak), how wide, how high in
 * each of two leads. */
struct wave {
    double at, width, height[ECG_LEADS];
};

/* P, Q, R, S, a second deflection R', T. */
static const struct wave shapes[ECG_CLASSES][WAVES] = {
    { /* normal: narrow QRS, P before it, T upright in the first lead */
        {-30, 4.5, {0.15, 0.08}}, {-4, 1.5, {-0.10, 0.00}}, {0, 2.0, {1.00, 0.25}},
        {4, 1.8, {-0.22, -0.80}}, {7, 2.0, {0.00, 0.00}}, {40, 9.0, {0.28, 0.12}},
    },
    { /* left bundle branch block: broad notched R, no Q, T opposite to it */
        {-31, 4.5, {0.14, 0.07}}, {-6, 2.0, {0.05, 0.02}}, {-2, 4.2, {0.75, 0.05}},
        {3, 4.0, {0.10, -0.95}}, {7, 4.0, {0.55, -0.35}}, {41, 9.5, {-0.28, 0.30}},
    },
    { /* right bundle branch block: second R in the right lead, slurred S */
        {-30, 4.5, {0.15, 0.08}}, {-4, 1.5, {-0.08, 0.03}}, {0, 2.2, {0.85, 0.30}},
        {5, 3.5, {-0.35, -0.35}}, {10, 3.6, {-0.22, 0.75}}, {41, 9.0, {0.26, -0.22}},
    },
    { /* premature ventricular contraction: no P, very broad, T opposite */
        {-30, 5.0, {0.00, 0.00}}, {-9, 3.5, {-0.15, 0.06}}, {0, 6.5, {1.10, 0.45}},
        {12, 6.0, {-0.40, -0.55}}, {8, 4.0, {0.12, 0.05}}, {38, 10.0, {-0.45, -0.25}},
    },
};

/* The random numbers of one beat, drawn by name rather than in order. */
struct dice {
    uint64_t seed, first;
};

static double uniform(const struct dice *dice, unsigned index, double low, double high)
{
    return low + (high - low) * random_uniform(dice->seed, RANDOM_SYNTH_ECG, dice->first + index);
}

static double normal(const struct dice *dice, unsigned index)
{
    return random_normal(dice->seed, RANDOM_SYNTH_ECG, dice->first + index);
}

/* This beat's own waves: its class's, drawn some way towards the normal beat's,
 * every number jittered. */
static void draw_waves(const struct dice *dice, int label, struct wave waves[WAVES])
{
    double likeness = uniform(dice, 0, 0, 0.5);
    for (unsigned w = 0; w < WAVES; w++) {
        const struct wave *own = &shapes[label][w], *usual = &shapes[0][w];
        unsigned d = 8 + 8 * w;
        waves[w].at = own->at + likeness * (usual->at - own->at) + 1.5 * normal(dice, d);
        waves[w].width = (own->width + likeness * (usual->width - own->width)) *
                         exp(0.15 * normal(dice, d + 1));
        for (unsigned lead = 0; lead < ECG_LEADS; lead++)
            waves[w].height[lead] = (own->height[lead] +
                                     likeness * (usual->height[lead] - own->height[lead])) *
                                        exp(0.25 * normal(dice, d + 2 + lead)) +
                                    0.03 * normal(dice, d + 4 + lead);
    }
}

static double wave_sum(const struct wave waves[WAVES], unsigned lead, double t)
{
    double sum = 0;
    for (int w = 0; w < WAVES; w++) {
        double u = (t - waves[w].at) / waves[w].width;
        sum += waves[w].height[lead] * exp(-0.5 * u * u);
    }
    return sum;
}

/* Rounding to 2^-12 hides last-place differences between mathematical libraries. */
static double coarse(double value)
{
    return nearbyint(value * 4096) / 4096;
}

static void draw_beat(const struct dice *dice, int label, const struct encoder *encoder,
                      float *into)
{
    struct wave waves[WAVES];
    double leads[ECG_LEADS][ECG_STEPS];
    draw_waves(dice, label, waves);
    for (unsigned lead = 0; lead < ECG_LEADS; lead++) {
        double *values = leads[lead];
        double wander = uniform(dice, 64 + lead, 0, 0.2), noise = uniform(dice, 66 + lead, 0.02, 0.10);
        double phase = uniform(dice, 68 + lead, 0, 6.283185307179586);
        for (unsigned t = 0; t < ECG_STEPS; t++)
            values[t] = wave_sum(waves, lead, (double)t - ECG_STEPS / 2) +
                        wander * sin(phase + 0.06 * t) +
                        noise * normal(dice, 80 + 100 * lead + t);
        ecg_standardise(values, ECG_STEPS);
        for (unsigned t = 0; t < ECG_STEPS; t++)
            values[t] = coarse(values[t]);
    }
    encoder_run(encoder, leads[0], ECG_STEPS, into);
}

void synth_load(struct dataset *set, uint64_t seed, const struct encoder *encoder,
                enum split split)
{
    static const size_t counts[] = {8000, 1000, 1000};
    set->count = counts[split];
    set->features = ECG_STEPS * encoder_channels(encoder->kind);
    set->classes = ECG_CLASSES;
    set->inputs = fault_alloc_aligned(set->count * set->features, sizeof(float));
    set->labels = fault_alloc(set->count, 1);
    for (size_t i = 0; i < set->count; i++) {
        struct dice dice = {seed, ((uint64_t)split << 32 | i) * DRAWS};
        set->labels[i] = (uint8_t)(i % ECG_CLASSES);
        draw_beat(&dice, set->labels[i], encoder, set->inputs + i * set->features);
    }
}
