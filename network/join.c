/* join.c -- see join.h.  A run is one block of channels of one sample: contiguous. */
#include "join.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lanes.h"
#include "specs/fault.h"

void join_init(struct join *join, struct shape shape, size_t block)
{
    *join = (struct join){.shape = shape, .block = block};
}

void join_clear(struct join *join)
{
    free(join->mean);
    free(join->inverse);
    free(join->batch_mean);
    free(join->batch_variance);
}

static size_t run_length(const struct join *j)
{
    return j->shape.height * j->shape.width * j->block;
}

static size_t run_at(const struct join *j, size_t sample, size_t run)
{
    return sample * shape_count(j->shape) + run * run_length(j);
}

/* sums[k] and squares[k] += those of in - shift over a run. */
static void add_moments(size_t block, size_t length, const float *in, const float *shift,
                        double *sums, double *squares)
{
    if (block == LANES) {
        lanes by = lanes_load(shift), s[4] = {{0}}, q[4] = {{0}};
        for (size_t i = 0; i < length; i += LANES) {
            size_t k = i / LANES % 4;
            lanes d = lanes_load(in + i) - by;
            s[k] += d;
            q[k] = lanes_fma(d, d, q[k]);
        }
        lanes all = (s[0] + s[1]) + (s[2] + s[3]), square = (q[0] + q[1]) + (q[2] + q[3]);
        for (size_t k = 0; k < LANES; k++) {
            sums[k] += all[k];
            squares[k] += square[k];
        }
        return;
    }
    for (size_t i = 0; i < length; i++) {
        double d = (double)in[i] - *shift;
        *sums += d;
        *squares += d * d;
    }
}

/* Mean and variance of one block of channels.  Values are taken relative to the first, so
 * that squares do not cancel. */
static void measure(struct join *j, size_t run, size_t count, const float *in)
{
    double places = (double)(count * j->shape.height * j->shape.width);
    double sums[LANES] = {0}, squares[LANES] = {0};
    const float *shift = in + run_at(j, 0, run);
    for (size_t s = 0; s < count; s++)
        add_moments(j->block, run_length(j), in + run_at(j, s, run), shift, sums, squares);
    for (size_t k = 0; k < j->block; k++) {
        size_t c = run * j->block + k;
        double mean = sums[k] / places, variance = squares[k] / places - mean * mean;
        variance = variance < 0 ? 0 : variance;
        j->mean[c] = (float)(shift[k] + mean);
        j->inverse[c] = (float)(1 / sqrt(variance + NETWORK_NORM_EPSILON));
        j->batch_mean[c] = shift[k] + mean;
        j->batch_variance[c] = places > 1 ? variance * places / (places - 1) : variance;
    }
}

static void recall(struct join *j, const struct norm *norm)
{
    for (size_t c = 0; c < j->shape.channels; c++) {
        j->mean[c] = norm->mean[c];
        j->inverse[c] = (float)(1 / sqrt((double)norm->variance[c] + NETWORK_NORM_EPSILON));
    }
}

/* out = (in - mean) slope + shift + other over a run; coefficients [block]. */
struct affine {
    float mean[LANES], slope[LANES], shift[LANES];
};

static void apply(const struct join *j, const struct affine *a, size_t length, const float *in,
                  const float *other, float *out)
{
    if (j->block == LANES) {
        lanes mean = lanes_load(a->mean), slope = lanes_load(a->slope);
        lanes shift = lanes_load(a->shift), zero = {0};
        for (size_t i = 0; i < length; i += LANES) {
            lanes v = lanes_load(in + i);
            if (j->normalised)
                v = lanes_fma(v - mean, slope, shift);
            if (other)
                v += lanes_load(other + i);
            if (j->rectified)
                v = lanes_keep((uint16_t)~lanes_greater(zero, v), v);
            lanes_store(out + i, v);
        }
        return;
    }
    for (size_t i = 0; i < length; i++) {
        float v = in[i];
        if (j->normalised)
            v = (v - *a->mean) * *a->slope + *a->shift;
        if (other)
            v += other[i];
        out[i] = j->rectified && v <= 0 ? 0 : v;
    }
}

void join_forward(struct join *j, const struct norm *norm, size_t count, const float *in,
                  const float *other, float *out)
{
    if (!j->normalised) {
        static const struct affine none;
        apply(j, &none, count * shape_count(j->shape), in, other, out);
        return;
    }
    if (!j->training)
        recall(j, norm);
    for (size_t run = 0; run < j->shape.channels / j->block; run++) {
        struct affine a;
        if (j->training)
            measure(j, run, count, in);
        for (size_t k = 0; k < j->block; k++) {
            size_t c = run * j->block + k;
            a.mean[k] = j->mean[c];
            a.slope[k] = norm->scale[c] * j->inverse[c];
            a.shift[k] = norm->shift[c];
        }
        for (size_t s = 0; s < count; s++) {
            size_t at = run_at(j, s, run);
            apply(j, &a, run_length(j), in + at, other ? other + at : NULL, out + at);
        }
    }
}

/* dout := the gradient before the ReLU; its sums, alone and times in - mean, are added. */
static void unrectify(const struct join *j, size_t length, const float *in, const float *mean,
                      const float *out, float *dout, const float *more, double *sums,
                      double *dots)
{
    if (j->block != LANES) {
        for (size_t i = 0; i < length; i++) {
            float g = more ? dout[i] + more[i] : dout[i];
            dout[i] = j->rectified && !(out[i] > 0) ? 0 : g;
            *sums += dout[i];
            *dots += (double)dout[i] * (in[i] - *mean);
        }
        return;
    }
    lanes m = lanes_load(mean), s[2] = {{0}}, d[2] = {{0}}, zero = {0};
    for (size_t i = 0; i < length; i += LANES) {
        size_t k = i / LANES % 2;
        lanes g = lanes_load(dout + i);
        if (more)
            g += lanes_load(more + i);
        if (j->rectified)
            g = lanes_keep(lanes_greater(lanes_load(out + i), zero), g);
        if (more || j->rectified)
            lanes_store(dout + i, g);
        if (j->normalised) {
            s[k] += g;
            d[k] = lanes_fma(g, lanes_load(in + i) - m, d[k]);
        }
    }
    s[0] += s[1];
    d[0] += d[1];
    for (size_t k = 0; k < LANES; k++) {
        sums[k] += s[0][k];
        dots[k] += d[0][k];
    }
}

/* din = slope (dout - level - (in - mean) tilt) over a run. */
struct backward {
    float mean[LANES], slope[LANES], level[LANES], tilt[LANES];
};

static void pull(const struct backward *b, size_t block, size_t length, const float *in,
                 const float *dout, float *din)
{
    if (block == LANES) {
        lanes mean = lanes_load(b->mean), slope = lanes_load(b->slope);
        lanes level = lanes_load(b->level), tilt = lanes_load(b->tilt);
        for (size_t i = 0; i < length; i += LANES) {
            lanes away = lanes_fma(lanes_load(in + i) - mean, tilt, level);
            lanes_store(din + i, slope * (lanes_load(dout + i) - away));
        }
        return;
    }
    for (size_t i = 0; i < length; i++)
        din[i] = *b->slope * (dout[i] - *b->level - (in[i] - *b->mean) * *b->tilt);
}

/* The two gradients of a block's parameters, and what `pull` needs. */
static struct backward turn(const struct join *j, const struct norm *norm, size_t run,
                            size_t count, const double *sums, const double *dots, float *dscale,
                            float *dshift)
{
    struct backward b = {{0}, {0}, {0}, {0}};
    double places = (double)(count * j->shape.height * j->shape.width);
    for (size_t k = 0; k < j->block; k++) {
        size_t c = run * j->block + k;
        double inverse = j->inverse[c];
        dscale[c] = (float)(dots[k] * inverse);
        dshift[c] = (float)sums[k];
        b.mean[k] = j->mean[c];
        b.slope[k] = norm->scale[c] * j->inverse[c];
        b.level[k] = j->training ? (float)(sums[k] / places) : 0;
        b.tilt[k] = j->training ? (float)(dots[k] * inverse * inverse / places) : 0;
    }
    return b;
}

void join_backward(const struct join *j, const struct norm *norm, size_t count, size_t batch,
                   const float *in, const float *out, float *dout, const float *more, float *din,
                   float *dscale, float *dshift)
{
    size_t length = run_length(j);
    static const float zero[LANES];
    for (size_t run = 0; run < j->shape.channels / j->block; run++) {
        double sums[LANES] = {0}, dots[LANES] = {0};
        const float *mean = j->normalised ? j->mean + run * j->block : zero;
        for (size_t s = 0; s < batch; s++) {
            size_t at = run_at(j, s, run);
            unrectify(j, length, in + at, mean, out + at, dout + at, more ? more + at : NULL, sums,
                      dots);
        }
        if (!j->normalised)
            continue;
        struct backward b = turn(j, norm, run, count, sums, dots, dscale, dshift);
        for (size_t s = 0; s < count && din; s++) {
            size_t at = run_at(j, s, run);
            pull(&b, j->block, length, in + at, dout + at, din + at);
        }
    }
    if (!j->normalised && din && din != dout)
        memcpy(din, dout, batch * shape_count(j->shape) * sizeof *din);
    if (j->normalised && din)
        memset(din + count * shape_count(j->shape), 0,
               (batch - count) * shape_count(j->shape) * sizeof *din);
}
