/* lsnn_forward.c -- run a spiking network, one sample after the other.
 *
 * Few neurons spike in a step, so the recurrent input is the sum of the rows
 * of W_rec of those that did; weights carry the factor 1 - rho_V. */
#include "specs/fault.h"
#include "lsnn_run.h"
#include "lsnn_width.h"

/* Copy `count` rows of the tensor, scaled, into padded rows. */
static void pack(const struct lsnn_run *run, const float *tensor, size_t count, float *packed)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < run->units; k++)
            packed[i * run->stride + k] = run->drive_v * tensor[i * run->units + k];
}

/* The units of `spikes` in rising order; returns how many. */
static size_t list(const uint64_t *spikes, size_t words, uint32_t *sources)
{
    size_t count = 0;
    for (size_t w = 0; w < words; w++)
        for (uint64_t left = spikes[w]; left; left &= left - 1)
            sources[count++] = (uint32_t)(w * LSNN_WORD + (size_t)__builtin_ctzll(left));
    return count;
}

/* Units of word w that spiked in the `refractory` steps before slot `now`. */
static uint64_t blocked(const struct lsnn_run *run, const uint64_t *now, size_t t, size_t w)
{
    uint64_t mask = 0;
    for (size_t d = 1; d <= (size_t)run->refractory && d < t; d++)
        mask |= now[w - d * run->words];
    return mask;
}

/* x_t W_in of `frames` (1 to LSNN_FRAMES) steps, which share the loads of W_in. */
static inline __attribute__((always_inline)) void
drive(struct lsnn_run *run, const float *input, int frames)
{
    for (size_t k = 0; k < run->stride; k += 4 * LANES) {
        lanes sum[LSNN_FRAMES][4];
        for (int f = 0; f < frames; f++)
            for (int i = 0; i < 4; i++)
                sum[f][i] = lanes_all(0);
        for (size_t x = 0; x < run->inputs; x++)
            for (int i = 0; i < 4; i++) {
                lanes w = lanes_load(run->w_in + x * run->stride + k + i * LANES);
                for (int f = 0; f < frames; f++)
                    sum[f][i] = lanes_fma(lanes_all(input[(size_t)f * run->inputs + x]), w,
                                          sum[f][i]);
            }
        for (int f = 0; f < frames; f++)
            for (int i = 0; i < 4; i++)
                lanes_store(run->currents + (size_t)f * run->stride + k + i * LANES, sum[f][i]);
    }
}

/* Membranes of the 64 units of word w before reset. */
static inline void integrate(const struct lsnn_run *run, const float *before,
                             const float *current, size_t spiked, size_t w, lanes v[4])
{
    size_t at = w * LSNN_WORD;

    for (int i = 0; i < 4; i++)
        v[i] = lanes_fma(lanes_all(run->rho_v), lanes_load(before + at + i * LANES),
                         lanes_load(current + at + i * LANES));
    for (size_t n = 0; n < spiked; n++)
        for (int i = 0; i < 4; i++)
            v[i] += lanes_load(run->w_rec + run->sources[n] * run->stride + at + i * LANES);
}

/* From slot t to slot t + 1 for the 64 units of word w. */
static inline void advance(struct lsnn_run *run, size_t slot, size_t t, size_t spiked, size_t w,
                           float *counts)
{
    const uint64_t *old = run->spikes + slot * run->words;
    uint64_t fired = 0, near = 0;
    lanes v[4];

    integrate(run, run->v + slot * run->stride, run->currents + t % LSNN_FRAMES * run->stride,
              spiked, w, v);
    for (int i = 0; i < 4; i++) {
        size_t at = w * LSNN_WORD + (size_t)i * LANES, next = (slot + 1) * run->stride + at;
        uint16_t o = (uint16_t)(old[w] >> i * LANES);
        lanes one = lanes_keep(o, lanes_all(1));
        lanes b = run->rho_b * lanes_load(run->adaptation + at) + run->drive_b * one;
        lanes before = lanes_load(run->b + slot * run->stride + at);
        lanes threshold = lanes_fma(lanes_all(run->beta), b, lanes_all(run->b0));

        v[i] -= lanes_keep(o, run->adapted ? threshold : before);
        lanes_store(run->adaptation + at, b);
        lanes_store(run->v + next, v[i]);
        lanes_store(run->b + next, threshold);
        lanes_store(counts + at, lanes_load(counts + at) + one);
        fired |= (uint64_t)lanes_greater(v[i], threshold) << i * LANES;
        near |= (uint64_t)lanes_greater(lanes_abs(threshold), lanes_abs(v[i] - threshold))
                << i * LANES;
    }
    uint64_t *now = run->spikes + (slot + 1) * run->words;
    uint64_t open = run->real[w] & ~blocked(run, now, t + 1, w);
    now[w] = fired & open;
    run->alive[(slot + 1) * run->words + w] = near & open;
}

/* All steps of one sample; counts[stride] becomes its spikes per unit. */
static void simulate(struct lsnn_run *run, size_t sample, const float *input, float *counts)
{
    size_t first = lsnn_slot(run, sample, 0), stride = run->stride;

    for (size_t k = 0; k < stride; k++) {
        run->v[first * stride + k] = run->adaptation[k] = counts[k] = 0;
        run->b[first * stride + k] = run->b0;
    }
    for (size_t w = 0; w < run->words; w++)
        run->spikes[first * run->words + w] = run->alive[first * run->words + w] = 0;
    for (size_t t = 0; t < run->steps; t++) {
        size_t slot = first + t;
        if (t % LSNN_FRAMES == 0 && t + LSNN_FRAMES <= run->steps)
            drive(run, input + t * run->inputs, LSNN_FRAMES);
        else if (t % LSNN_FRAMES == 0)
            drive(run, input + t * run->inputs, (int)(run->steps - t));
        size_t spiked = list(run->spikes + slot * run->words, run->words, run->sources);
        for (size_t w = 0; w < run->words; w++)
            advance(run, slot, t, spiked, w, counts);
    }
    const uint64_t *last = run->spikes + (first + run->steps) * run->words;
    for (size_t k = 0; k < stride; k += LANES) {
        lanes one = lanes_keep(lsnn_lanes(last, k / LANES), lanes_all(1));
        lanes_store(counts + k, lanes_load(counts + k) + one);
    }
}

static void read_out(const struct lsnn_run *run, const float *theta, const float *counts,
                     float *logits, float *rates)
{
    const struct network *network = run->network;
    const float *w_out = theta + network->tensors[network->lsnn.w_out].offset;
    const float *b_out = theta + network->tensors[network->lsnn.b_out].offset;
    size_t classes = run->classes;

    for (size_t c = 0; c < classes; c++)
        logits[c] = 0;
    for (size_t j = 0; j < run->units; j++)
        for (size_t c = 0; c < classes; c++)
            logits[c] += counts[j] * w_out[j * classes + c];
    for (size_t c = 0; c < classes; c++)
        logits[c] = logits[c] / (float)run->steps + b_out[c];
    for (size_t j = 0; rates && j < run->units; j++)
        rates[j] = counts[j] / (float)run->steps;
}

void lsnn_forward(struct lsnn_run *run, const float *theta, const float *inputs,
                  size_t count, float *logits, float *rates)
{
    const struct network *network = run->network;

    require(count <= run->batch);
    unsigned mode = lanes_enter();
    pack(run, theta + network->tensors[network->lsnn.w_in].offset, run->inputs, run->w_in);
    pack(run, theta + network->tensors[network->lsnn.w_rec].offset, run->units, run->w_rec);
    for (size_t s = 0; s < count; s++) {
        float *counts = run->counts + s * run->stride;
        simulate(run, s, inputs + s * run->steps * run->inputs, counts);
        read_out(run, theta, counts, logits + s * run->classes,
                 rates ? rates + s * run->units : NULL);
    }
    run->count = count;
    if (run->width)
        lsnn_width_forward(run, run->width, inputs);
    lanes_leave(mode);
}
