/* lsnn_width.c -- see lsnn_width.h.
 *
 * G |W_rec| and H |W_rec| are kept themselves, as low-passed sums of rows of |W_rec|: a step
 * costs one row for every neuron that spiked or is in doubt.  Everything carries the factor
 * 1 - rho_V in the weights.  Backward, with e_t = sign(V_t - B_t) / (u_t + 0.1 b0),
 *
 *     dL/da_t = weight + dh_{t+1}            dL/du_t = (1 - a_t) |e_t| dL/da_t where a_t > 0
 *     dh_t    = 0.5 rho_V dh_{t+1} + |W_rec| dL/du_t
 *     dg_t    = rho_V dg_{t+1} + zeta |W_rec| dL/du_t
 *
 * adds -e_t dL/da_t to dL/dV_t, the opposite to dL/dB_t, and dg_{t+1} to dL/do_t. */
#include "lsnn_width.h"

#include <stdlib.h>

#include "specs/fault.h"

static float *floats(size_t count)
{
    return fault_alloc_aligned(count, sizeof(float));
}

struct lsnn_width *lsnn_width_new(const struct lsnn_run *run)
{
    struct lsnn_width *w = fault_alloc(1, sizeof *w);
    size_t slots = run->batch * (run->steps + 1), stride = run->stride;
    w->in_stride = (run->inputs + LANES - 1) / LANES * LANES;
    w->abs_in = floats(run->inputs * stride);
    w->abs_rec = floats(run->units * stride);
    w->from_in = floats(run->units * w->in_stride);
    w->from_rec = floats(run->units * stride);
    w->d_in = floats(run->units * w->in_stride);
    w->d_rec = floats(run->units * stride);
    w->filtered = floats(slots * w->in_stride);
    w->sources = floats(slots * stride);
    w->doubtful = fault_alloc(slots, sizeof *w->doubtful);
    w->which = fault_alloc_aligned(slots * stride, sizeof *w->which);
    w->doubt = floats(slots * stride);
    w->slope = floats(slots * stride);
    w->d_o = floats(slots * stride);
    w->d_v = floats(slots * stride);
    w->filter = floats(w->in_stride);
    float **rows[] = {&w->g, &w->h, &w->g_width, &w->h_width, &w->dg, &w->dh, &w->pull};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        *rows[i] = floats(stride);
    return w;
}

void lsnn_width_free(struct lsnn_width *w)
{
    if (!w)
        return;
    void *owned[] = {w->abs_in, w->abs_rec, w->from_in, w->from_rec, w->d_in, w->d_rec,
                     w->filtered, w->sources, w->doubtful, w->which, w->doubt, w->slope,
                     w->d_o, w->d_v, w->filter, w->g, w->h, w->g_width, w->h_width, w->dg, w->dh, w->pull};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    free(w);
}

static void take_sizes(const struct lsnn_run *run, struct lsnn_width *w)
{
    size_t stride = run->stride;
    for (size_t i = 0; i < run->inputs * stride; i += LANES)
        lanes_store(w->abs_in + i, lanes_abs(lanes_load(run->w_in + i)));
    for (size_t i = 0; i < run->units * stride; i += LANES)
        lanes_store(w->abs_rec + i, lanes_abs(lanes_load(run->w_rec + i)));
    for (size_t i = 0; i < run->inputs; i++)
        for (size_t k = 0; k < run->units; k++)
            w->from_in[k * w->in_stride + i] = w->abs_in[i * stride + k];
    for (size_t j = 0; j < run->units; j++)
        for (size_t k = 0; k < run->units; k++)
            w->from_rec[k * stride + j] = w->abs_rec[j * stride + k];
}

/* into += factor * row */
static inline void add_row(float *restrict into, const float *restrict row, float factor,
                           size_t count)
{
    for (size_t k = 0; k < count; k += LANES)
        lanes_store(into + k, lanes_fma(lanes_all(factor), lanes_load(row + k),
                                        lanes_load(into + k)));
}

static inline void decay(float *row, float factor, size_t count)
{
    for (size_t k = 0; k < count; k += LANES)
        lanes_store(row + k, factor * lanes_load(row + k));
}

/* F, G, H and their products with |W_rec| from slot - 1 to slot. */
static void filter(const struct lsnn_run *run, struct lsnn_width *w, size_t slot,
                   const float *frame)
{
    size_t before = slot - 1, stride = run->stride;
    float leak = WIDTH_LEAK * run->rho_v;

    decay(w->filter, run->rho_v, w->in_stride);
    for (size_t i = 0; i < run->inputs; i++)
        w->filter[i] += frame[i];
    for (size_t i = 0; i < w->in_stride; i += LANES)
        lanes_store(w->filtered + slot * w->in_stride + i, lanes_abs(lanes_load(w->filter + i)));

    decay(w->g, run->rho_v, stride);
    decay(w->h, leak, stride);
    decay(w->g_width, run->rho_v, stride);
    decay(w->h_width, leak, stride);
    for (size_t word = 0; word < run->words; word++)
        for (uint64_t left = run->spikes[before * run->words + word]; left; left &= left - 1) {
            size_t j = word * LSNN_WORD + (size_t)__builtin_ctzll(left);
            w->g[j] += 1;
            add_row(w->g_width, w->abs_rec + j * stride, 1, stride);
        }
    for (size_t n = 0; n < w->doubtful[before]; n++) {
        size_t j = w->which[before * stride + n];
        float doubt = w->doubt[before * stride + n];
        w->h[j] += doubt;
        add_row(w->h_width, w->abs_rec + j * stride, doubt, stride);
    }
    for (size_t k = 0; k < stride; k += LANES)
        lanes_store(w->sources + slot * stride + k,
                    lanes_fma(lanes_all(w->zeta), lanes_load(w->g + k), lanes_load(w->h + k)));
}

/* Units of `word` that are not blocked in this slot. */
static uint64_t open_units(const struct lsnn_run *run, size_t slot, size_t t, size_t word)
{
    const uint64_t *now = run->spikes + slot * run->words + word;
    uint64_t mask = run->real[word];
    for (size_t d = 1; d <= (size_t)run->refractory && d < t; d++)
        mask &= ~now[-(ptrdiff_t)(d * run->words)];
    return mask;
}

/* a_t of the slot; returns their sum. */
static double judge(const struct lsnn_run *run, struct lsnn_width *w, size_t slot, size_t t)
{
    size_t stride = run->stride, count = 0;
    const float *size = w->filtered + slot * w->in_stride;
    const lanes slack = lanes_all(WIDTH_SLACK * run->b0);
    uint32_t *which = w->which + slot * stride;
    double sum = 0;

    for (size_t k = 0; k < stride; k += LANES) {
        float width[LANES], away[LANES];
        lanes u = lanes_load(w->g_width + k);
        for (size_t i = 0; i < run->inputs; i++)
            u = lanes_fma(lanes_all(size[i]), lanes_load(w->abs_in + i * stride + k), u);
        u = lanes_fma(lanes_all(w->zeta), u, lanes_load(w->h_width + k)) + slack;
        lanes gap = lanes_load(run->v + slot * stride + k) - lanes_load(run->b + slot * stride + k);
        uint64_t open = open_units(run, slot, t, k / LSNN_WORD);
        uint32_t left = lanes_greater(u, lanes_abs(gap)) & lsnn_lanes(&open, k / LANES % 4);
        if (!left)
            continue;
        lanes_store(width, u);
        lanes_store(away, gap);
        for (; left; left &= left - 1, count++) {
            size_t n = (size_t)__builtin_ctz(left), at = slot * stride + count;
            which[count] = (uint32_t)(k + n);
            w->doubt[at] = 1 - __builtin_fabsf(away[n]) / width[n];
            w->slope[at] = (away[n] < 0 ? -1 : 1) / width[n];
            sum += w->doubt[at];
        }
    }
    w->doubtful[slot] = (uint32_t)count;
    return sum;
}

void lsnn_width_forward(const struct lsnn_run *run, struct lsnn_width *w, const float *inputs)
{
    size_t bytes = run->stride * sizeof(float);
    take_sizes(run, w);
    w->sum = 0;
    for (size_t s = 0; s < run->count; s++) {
        memset(w->filter, 0, w->in_stride * sizeof(float));
        memset(w->g, 0, bytes);
        memset(w->h, 0, bytes);
        memset(w->g_width, 0, bytes);
        memset(w->h_width, 0, bytes);
        w->doubtful[lsnn_slot(run, s, 0)] = 0;
        for (size_t t = 1; t <= run->steps; t++) {
            size_t slot = lsnn_slot(run, s, t);
            filter(run, w, slot, inputs + (s * run->steps + t - 1) * run->inputs);
            w->sum += judge(run, w, slot, t);
        }
    }
}

/* From dL/da_t to dL/du_t, for one slot: into `pull` |W_rec| dL/du_t. */
static void pull_back(const struct lsnn_run *run, struct lsnn_width *w, size_t slot)
{
    size_t stride = run->stride, in_stride = w->in_stride;
    for (size_t n = 0; n < w->doubtful[slot]; n++) {
        size_t at = slot * stride + n, k = w->which[at];
        float slope = w->slope[at], d_doubt = w->weight + w->dh[k];
        float d_width = (1 - w->doubt[at]) * __builtin_fabsf(slope) * d_doubt;
        add_row(w->pull, w->from_rec + k * stride, d_width, stride);
        add_row(w->d_rec + k * stride, w->sources + slot * stride, d_width, stride);
        add_row(w->d_in + k * in_stride, w->filtered + slot * in_stride, w->zeta * d_width,
                in_stride);
        w->d_v[at] = -slope * d_doubt;
    }
}

void lsnn_width_backward(const struct lsnn_run *run, struct lsnn_width *w)
{
    size_t stride = run->stride, bytes = stride * sizeof(float);
    lanes leak = lanes_all(WIDTH_LEAK * run->rho_v), rho = lanes_all(run->rho_v);
    lanes zeta = lanes_all(w->zeta);

    memset(w->d_in, 0, run->units * w->in_stride * sizeof(float));
    memset(w->d_rec, 0, run->units * bytes);
    for (size_t s = 0; s < run->count; s++) {
        memset(w->dg, 0, bytes);
        memset(w->dh, 0, bytes);
        for (size_t t = run->steps; t > 0; t--) {
            size_t slot = lsnn_slot(run, s, t);
            memset(w->pull, 0, bytes);
            pull_back(run, w, slot);
            for (size_t k = 0; k < stride; k += LANES) {
                lanes pull = lanes_load(w->pull + k), dg = lanes_load(w->dg + k);
                lanes_store(w->d_o + slot * stride + k, dg);
                lanes_store(w->dg + k, rho * dg + zeta * pull);
                lanes_store(w->dh + k, lanes_fma(leak, lanes_load(w->dh + k), pull));
            }
        }
    }
}

static float signed_as(float value, float sign)
{
    return sign > 0 ? value : sign < 0 ? -value : 0;
}

void lsnn_width_collect(const struct lsnn_run *run, const struct lsnn_width *w,
                        const float *theta, float *gradient)
{
    const struct lsnn *lsnn = &run->network->lsnn;
    size_t in = run->network->tensors[lsnn->w_in].offset;
    size_t rec = run->network->tensors[lsnn->w_rec].offset;
    for (size_t i = 0; i < run->inputs; i++)
        for (size_t k = 0; k < run->units; k++) {
            size_t at = in + i * run->units + k;
            gradient[at] += run->drive_v * signed_as(w->d_in[k * w->in_stride + i], theta[at]);
        }
    for (size_t j = 0; j < run->units; j++)
        for (size_t k = 0; k < run->units; k++) {
            size_t at = rec + j * run->units + k;
            gradient[at] += run->drive_v * signed_as(w->d_rec[k * run->stride + j], theta[at]);
        }
}
