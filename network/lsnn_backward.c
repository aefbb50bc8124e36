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

static float dot(const float *a, const float *b, size_t count)
{
    lanes sum[2] = {{0}};
    for (size_t k = 0; k < count; k += 2 * LANES) {
        sum[0] = lanes_fma(lanes_load(a + k), lanes_load(b + k), sum[0]);
        sum[1] = lanes_fma(lanes_load(a + k + LANES), lanes_load(b + k + LANES), sum[1]);
    }
    return lanes_sum(sum[0] + sum[1]);
}

/* Through W_rec from step t + 1 to t: error = W_rec lambda where the surrogate
 * lives, and the row of dL/dW_rec of every unit that spiked. */
static void recur(struct lsnn_run *run, size_t first, size_t samples, size_t t)
{
    size_t stride = run->stride;

    transpose(run, run->spikes, first, samples, t, run->who_spiked);
    transpose(run, run->alive, first, samples, t, run->who_lives);
    for (size_t j = 0; j < run->units; j++) {
        const float *row = run->w_rec + j * stride;
        float *d_row = run->d_rec + j * stride;
        for (uint32_t left = run->who_lives[j]; left; left &= left - 1) {
            size_t s = (size_t)__builtin_ctz(left);
            run->error[s * stride + j] = dot(row, run->lambda + s * stride, stride);
        }
        for (uint32_t left = run->who_spiked[j]; left; left &= left - 1) {
            const float *lambda = run->lambda + (size_t)__builtin_ctz(left) * stride;
            for (size_t k = 0; k < stride; k++)
                d_row[k] += lambda[k];
        }
    }
}

/* lambda and mu of one sample from step t + 1 to t.  After the last step
 * lambda is 0, and so is any finite threshold's part. */
static void retreat(struct lsnn_run *run, size_t slot, size_t s, int last)
{
    const uint64_t *alive = run->alive + slot * run->words;
    const uint64_t *o = run->spikes + slot * run->words;
    const uint64_t *o_before = o - run->words;
    const float *reset = run->b + (slot + (run->adapted && !last)) * run->stride;

    for (size_t k = 0; k < run->stride; k += LANES) {
        size_t at = slot * run->stride + k, row = s * run->stride + k;
        lanes v = lanes_load(run->v + at), b = lanes_load(run->b + at);
        lanes lambda = lanes_load(run->lambda + row), mu = lanes_load(run->mu + row);
        lanes d_o = lanes_load(run->direct + row) + lanes_load(run->error + row) +
                    run->drive_b * mu - lambda * lanes_load(reset + k);
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
}

/* dL/dW_in gains x_{t-1} lambda_t of every sample. */
static void gain_inputs(struct lsnn_run *run, const float *inputs, size_t samples, size_t t)
{
    for (size_t x = 0; x < run->inputs; x++)
        for (size_t k = 0; k < run->stride; k += LANES) {
            float *d_in = run->d_in + x * run->stride + k;
            lanes sum = lanes_load(d_in);
            for (size_t s = 0; s < samples; s++) {
                float value = inputs[(s * run->steps + t - 1) * run->inputs + x];
                sum = lanes_fma(lanes_all(value), lanes_load(run->lambda + s * run->stride + k),
                                sum);
            }
            lanes_store(d_in, sum);
        }
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
    for (size_t first = 0; first < count; first += LSNN_GROUP) {
        size_t samples = count - first < LSNN_GROUP ? count - first : LSNN_GROUP;
        seed(run, theta + tensors[lsnn->w_out].offset, dlogits + first * classes,
             drates ? drates + first * run->units : NULL, samples);
        for (size_t t = run->steps; t > 0; t--) {
            if (t < run->steps)
                recur(run, first, samples, t);
            for (size_t s = 0; s < samples; s++)
                retreat(run, lsnn_slot(run, first + s, t), s, t == run->steps);
            gain_inputs(run, inputs + first * run->steps * run->inputs, samples, t);
        }
    }
    unpack(run, run->d_in, run->inputs, gradient + tensors[lsnn->w_in].offset);
    unpack(run, run->d_rec, run->units, gradient + tensors[lsnn->w_rec].offset);
    gain_readout(run, count, dlogits, gradient + tensors[lsnn->w_out].offset,
                 gradient + tensors[lsnn->b_out].offset);
    lanes_leave(mode);
}
