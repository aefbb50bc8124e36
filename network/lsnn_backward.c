/* lsnn_backward.c -- gradients of a spiking network, back through time.
 *
 * With lambda_t = dL/dV_t, mu_t = dL/db_t, psi_t = do_t/dV_t the chain rule is
 *
 *     dL/do_t  = direct + (1 - rho_V) W_rec lambda_{t+1} + (1 - rho_b) mu_{t+1}
 *                - B lambda_{t+1}                      (B_t, or B_{t+1}: adapted reset)
 *     lambda_t = rho_V lambda_{t+1} + psi_t dL/do_t
 *     dL/dB_t  = -psi_t (V_t / B_t) dL/do_t - o_t lambda_{t+1}  (- o_{t-1} lambda_t: adapted)
 *     mu_t     = rho_b mu_{t+1} + beta dL/dB_t
 *
 * dL/do is needed only where psi is not zero, so W_rec lambda is computed only
 * for those units; dL/dW_rec adds lambda_{t+1} to the rows of units that spiked.
 * A group of samples walks together, so that each row of W_rec meets all of
 * them while it is in the cache. */
#include "specs/fault.h"
#include "lsnn_run.h"
#include "lsnn_width.h"

#define SURROGATE_HEIGHT 0.3f

/* direct[s, j] = dL/do_t[j] through logits and rates, the same for every t. */
static void seed(struct lsnn_run *run, const float *w_out, const float *dlogits,
                 const float *drates, size_t samples)
{
    size_t classes = run->classes;

    for (size_t s = 0; s < samples; s++)
        for (size_t j = 0; j < run->units; j++) {
            float sum = drates ? drates[s * run->units + j] : 0;
            for (size_t c = 0; c < classes; c++)
                sum += dlogits[s * classes + c] * w_out[j * classes + c];
            run->direct[s * run->stride + j] = sum / (float)run->steps;
        }
    for (size_t k = 0; k < samples * run->stride; k++)
        run->lambda[k] = run->mu[k] = run->error[k] = 0;
}

/* Per unit, the samples first..first+samples-1 in which its bit is set in slot t. */
static void transpose(const struct lsnn_run *run, const uint64_t *masks, size_t first,
                      size_t samples, size_t t, uint32_t *who)
{
    for (size_t k = 0; k < run->stride; k += LANES) {
        lanes_int bits = {0};
        for (size_t s = 0; s < samples; s++) {
            const uint64_t *row = masks + lsnn_slot(run, first + s, t) * run->words;
            bits = lanes_set_bit(bits, lsnn_lanes(row, k / LANES), (int32_t)(1u << s));
        }
        memcpy(who + k, &bits, sizeof bits);
    }
}

/* The samples of a mask as offsets of their rows; returns how many. */
static size_t list(uint32_t mask, size_t stride, size_t *rows)
{
    size_t count = 0;
    for (; mask; mask &= mask - 1)
        rows[count++] = (size_t)__builtin_ctz(mask) * stride;
    return count;
}

/* error[row + j] = row of W_rec . lambda[row] for `count` (1 to 4) rows at once. */
static inline __attribute__((always_inline)) void
project(struct lsnn_run *run, size_t j, const size_t *rows, int count)
{
    const float *weights = run->w_rec + j * run->stride;
    lanes sum[4] = {{0}, {0}, {0}, {0}};
    float dots[4];

    for (size_t k = 0; k < run->stride; k += LANES) {
        lanes w = lanes_load(weights + k);
        for (int n = 0; n < count; n++)
            sum[n] = lanes_fma(w, lanes_load(run->lambda + rows[n] + k), sum[n]);
    }
    lanes_sum4(sum, dots);
    for (int n = 0; n < count; n++)
        run->error[rows[n] + j] = dots[n];
}

static void project_all(struct lsnn_run *run, size_t j, const size_t *rows, size_t count)
{
    for (; count >= 4; count -= 4, rows += 4)
        project(run, j, rows, 4);
    switch (count) {
    case 3: project(run, j, rows, 3); break;
    case 2: project(run, j, rows, 2); break;
    case 1: project(run, j, rows, 1); break;
    }
}

/* The row of dL/dW_rec of a unit that spiked in `count` samples. */
static void gain_row(struct lsnn_run *run, size_t j, const size_t *rows, size_t count)
{
    float *d_row = run->d_rec + j * run->stride;

    for (size_t k = 0; k < run->stride; k += 4 * LANES) {
        lanes sum[4];
        for (int i = 0; i < 4; i++)
            sum[i] = lanes_load(d_row + k + i * LANES);
        for (size_t n = 0; n < count; n++)
            for (int i = 0; i < 4; i++)
                sum[i] += lanes_load(run->lambda + rows[n] + k + i * LANES);
        for (int i = 0; i < 4; i++)
            lanes_store(d_row + k + i * LANES, sum[i]);
    }
}

/* Through W_rec from step t + 1 to t: error = W_rec lambda where the surrogate
 * lives, and the row of dL/dW_rec of every unit that spiked. */
static void recur(struct lsnn_run *run, size_t first, size_t samples, size_t t)
{
    size_t rows[LSNN_GROUP];

    transpose(run, run->spikes, first, samples, t, run->who_spiked);
    transpose(run, run->alive, first, samples, t, run->who_lives);
    for (size_t j = 0; j < run->units; j++) {
        project_all(run, j, rows, list(run->who_lives[j], run->stride, rows));
        if (run->who_spiked[j])
            gain_row(run, j, rows, list(run->who_spiked[j], run->stride, rows));
    }
}

/* What the width penalty adds to lambda and mu. */
static void inject(struct lsnn_run *run, const struct lsnn_width *width, size_t slot, size_t s)
{
    const uint64_t *o_before = run->spikes + (slot - 1) * run->words;
    for (size_t n = 0; n < width->doubtful[slot]; n++) {
        size_t k = width->which[slot * run->stride + n], at = s * run->stride + k;
        float d_v = width->d_v[slot * run->stride + n], d_b = -d_v;
        if (run->adapted && o_before[k / LSNN_WORD] >> k % LSNN_WORD & 1)
            d_b -= d_v;
        run->lambda[at] += d_v;
        run->mu[at] += run->beta * d_b;
    }
}

/* lambda and mu of one sample from step t + 1 to t.  After the last step
 * lambda is 0, and so is any finite threshold's part. */
static inline __attribute__((always_inline)) void
retreat(struct lsnn_run *run, const struct lsnn_width *width, size_t slot, size_t s, int last)
{
    const uint64_t *alive = run->alive + slot * run->words;
    const uint64_t *o = run->spikes + slot * run->words;
    const uint64_t *o_before = o - run->words;
    const float *reset = run->b + (slot + (run->adapted && !last)) * run->stride;

    for (size_t k = 0; k < run->stride; k += LANES) {
        size_t at = slot * run->stride + k, row = s * run->stride + k;
        lanes v = lanes_load(run->v + at), b = lanes_load(run->b + at);
        /* Every sample is a stream of its own, too many for the hardware to foresee. */
        __builtin_prefetch(run->v + at - run->stride, 0, 2);
        __builtin_prefetch(run->b + at - run->stride, 0, 2);
        lanes lambda = lanes_load(run->lambda + row), mu = lanes_load(run->mu + row);
        lanes d_o = lanes_load(run->direct + row) + lanes_load(run->error + row) +
                    run->drive_b * mu - lambda * lanes_load(reset + k);
        if (width)
            d_o += lanes_load(width->d_o + at);
        lanes inverse = 1 / b;
        lanes psi = SURROGATE_HEIGHT * (1 - lanes_abs((v - b) * inverse)) * inverse;
        lanes through = lanes_keep(lsnn_lanes(alive, k / LANES), psi * d_o);
        lanes ratio = lanes_keep(lsnn_lanes(alive, k / LANES), v * inverse);
        lanes lambda_now = run->rho_v * lambda + through;
        lanes d_b = -through * ratio;

        d_b -= run->adapted ? lanes_keep(lsnn_lanes(o_before, k / LANES), lambda_now)
                            : lanes_keep(lsnn_lanes(o, k / LANES), lambda);
        lanes_store(run->lambda + row, lambda_now);
        lanes_store(run->mu + row, run->rho_b * mu + run->beta * d_b);
    }
    if (width)
        inject(run, width, slot, s);
}

static void retreat_all(struct lsnn_run *run, size_t first, size_t samples, size_t t)
{
    int last = t == run->steps;
    for (size_t s = 0; s < samples; s++) {
        size_t slot = lsnn_slot(run, first + s, t);
        if (run->width)
            retreat(run, run->width, slot, s, last);
        else
            retreat(run, NULL, slot, s, last);
    }
}

/* dL/dW_in gains x_{t-1} lambda_t of every sample: rows x .. x + rows - 1,
 * `frames` points at x_{t-1} of the first sample. */
static inline __attribute__((always_inline)) void
gain_inputs(struct lsnn_run *run, const float *frames, size_t samples, size_t x, int rows)
{
    size_t stride = run->stride, apart = run->steps * run->inputs;

    for (size_t k = 0; k < stride; k += 4 * LANES) {
        lanes sum[4][4];
        for (int r = 0; r < rows; r++)
            for (int i = 0; i < 4; i++)
                sum[r][i] = lanes_load(run->d_in + (x + (size_t)r) * stride + k + i * LANES);
        for (size_t s = 0; s < samples; s++)
            for (int i = 0; i < 4; i++) {
                lanes lambda = lanes_load(run->lambda + s * stride + k + i * LANES);
                for (int r = 0; r < rows; r++)
                    sum[r][i] = lanes_fma(lanes_all(frames[s * apart + x + (size_t)r]), lambda,
                                          sum[r][i]);
            }
        for (int r = 0; r < rows; r++)
            for (int i = 0; i < 4; i++)
                lanes_store(run->d_in + (x + (size_t)r) * stride + k + i * LANES, sum[r][i]);
    }
}

static void gain_all_inputs(struct lsnn_run *run, const float *frames, size_t samples)
{
    size_t x = 0;

    for (; x + 4 <= run->inputs; x += 4)
        gain_inputs(run, frames, samples, x, 4);
    for (; x + 2 <= run->inputs; x += 2)
        gain_inputs(run, frames, samples, x, 2);
    if (x < run->inputs)
        gain_inputs(run, frames, samples, x, 1);
}

static void gain_readout(const struct lsnn_run *run, size_t count, const float *dlogits,
                         float *d_out, float *d_bias)
{
    size_t classes = run->classes;

    for (size_t i = 0; i < run->units * classes; i++)
        d_out[i] = 0;
    for (size_t c = 0; c < classes; c++)
        d_bias[c] = 0;
    for (size_t s = 0; s < count; s++) {
        const float *dl = dlogits + s * classes;
        for (size_t j = 0; j < run->units; j++) {
            float rate = run->counts[s * run->stride + j] / (float)run->steps;
            for (size_t c = 0; c < classes; c++)
                d_out[j * classes + c] += rate * dl[c];
        }
        for (size_t c = 0; c < classes; c++)
            d_bias[c] += dl[c];
    }
}

static void unpack(const struct lsnn_run *run, const float *packed, size_t count, float *tensor)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < run->units; k++)
            tensor[i * run->units + k] = run->drive_v * packed[i * run->stride + k];
}

void lsnn_backward(struct lsnn_run *run, const float *theta, const float *inputs,
                   size_t count, const float *dlogits, const float *drates, float *gradient)
{
    const struct tensor *tensors = run->network->tensors;
    const struct lsnn *lsnn = &run->network->lsnn;
    size_t classes = run->classes;

    require(count == run->count);
    unsigned mode = lanes_enter();
    memset(run->d_in, 0, run->inputs * run->stride * sizeof(float));
    memset(run->d_rec, 0, run->units * run->stride * sizeof(float));
    if (run->width)
        lsnn_width_backward(run, run->width);
    for (size_t first = 0; first < count; first += LSNN_GROUP) {
        size_t samples = count - first < LSNN_GROUP ? count - first : LSNN_GROUP;
        seed(run, theta + tensors[lsnn->w_out].offset, dlogits + first * classes,
             drates ? drates + first * run->units : NULL, samples);
        for (size_t t = run->steps; t > 0; t--) {
            if (t < run->steps)
                recur(run, first, samples, t);
            retreat_all(run, first, samples, t);
            gain_all_inputs(run, inputs + (first * run->steps + t - 1) * run->inputs, samples);
        }
    }
    unpack(run, run->d_in, run->inputs, gradient + tensors[lsnn->w_in].offset);
    unpack(run, run->d_rec, run->units, gradient + tensors[lsnn->w_rec].offset);
    if (run->width)
        lsnn_width_collect(run, run->width, theta, gradient);
    gain_readout(run, count, dlogits, gradient + tensors[lsnn->w_out].offset,
                 gradient + tensors[lsnn->b_out].offset);
    lanes_leave(mode);
}
