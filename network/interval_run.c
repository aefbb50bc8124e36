/* interval_run.c -- the bounds of a shard, and back: see interval_run.h. */
#include "interval_run.h"

#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "specs/fault.h"

static const float *tensor_at(const struct interval_run *run, const float *theta, int tensor)
{
    return theta + run->network->tensors[tensor].offset;
}

/* The two products; then the ends, in the same place. */
static void multiply(struct interval_run *run, struct affine *a, const float *theta)
{
    const float zeta = (float)run->zeta;
    const struct tensor *tensors = run->network->tensors;
    size_t weights = tensors[a->layer.weight].count, count = run->batch * a->out_count;
    const float *w = tensor_at(run, theta, a->layer.weight), *b = a->bias_size;
    for (size_t i = 0; i < weights; i++)
        a->size[i] = fabsf(w[i]);
    if (a->layer.bias >= 0) {
        b = tensor_at(run, theta, a->layer.bias);
        for (size_t i = 0; i < a->layer.out.channels; i++)
            a->bias_size[i] = zeta * fabsf(b[i]);
    }
    linear_forward(a->middle, w, b);
    linear_forward(a->spread, a->size, a->bias_size);
    float *restrict lower = a->out[0], *restrict upper = a->out[1];
    for (size_t i = 0; i < count; i++) {
        float middle = lower[i], radius = upper[i];
        lower[i] = middle - radius;
        upper[i] = middle + radius;
    }
}

static void rectify(const struct interval_run *run, struct affine *a)
{
    for (int end = 0; end < 2; end++) {
        if (a->pooled) {
            pool_forward(&a->pool, run->batch, a->out[end], a->kept[end], a->winner[end]);
            continue;
        }
        for (size_t i = 0; i < run->batch * a->kept_count; i++)
            a->kept[end][i] = a->out[end][i] > 0 ? a->out[end][i] : 0;
    }
}

static void rectify_back(const struct interval_run *run, struct affine *a)
{
    for (int end = 0; end < 2; end++) {
        if (a->pooled) {
            pool_backward(&a->pool, run->batch, a->winner[end], a->dkept[end], a->dout[end]);
            continue;
        }
        for (size_t i = 0; i < run->batch * a->kept_count; i++)
            a->dout[end][i] = a->out[end][i] > 0 ? a->dkept[end][i] : 0;
    }
}

/* Blocks of channels vanish in a flat vector: copies the map of one sample from one order to
 * the other. */
static void reorder(const struct affine *a, const float *from, int to_flat, float *to)
{
    size_t plane = a->kept_count / a->layer.out.channels, block = a->block;
    for (size_t first = 0; first < a->layer.out.channels; first += block)
        for (size_t i = 0; i < plane; i++)
            for (size_t c = 0; c < block; c++) {
                size_t blocked = first * plane + i * block + c, flat = (first + c) * plane + i;
                if (to_flat)
                    to[flat] = from[blocked];
                else
                    to[blocked] = from[flat];
            }
}

/* A whole batch in place, where the next layer needs it. */
static void reorder_all(const struct interval_run *run, const struct affine *a, int to_flat,
                        float *maps, float *one)
{
    if (!a->step.flattened || a->block == 1)
        return;
    for (size_t s = 0; s < run->batch; s++) {
        reorder(a, maps + s * a->kept_count, to_flat, one);
        memcpy(maps + s * a->kept_count, one, a->kept_count * sizeof *one);
    }
}

/* From ends l, u to c + zeta r and r + zeta c; and back. */
static void hand_on(const struct interval_run *run, const struct affine *a, float zeta,
                    float *const to[2])
{
    float more = (1 + zeta) / 2, less = (1 - zeta) / 2;
    const float *restrict l = a->kept[0], *restrict u = a->kept[1];
    float *restrict middle = to[0], *restrict spread = to[1];
    for (size_t i = 0; i < run->batch * a->kept_count; i++) {
        middle[i] = more * u[i] + less * l[i];
        spread[i] = more * u[i] - less * l[i];
    }
    for (int which = 0; which < 2; which++)
        reorder_all(run, a, 1, to[which], run->one);
}

static void hand_back(const struct interval_run *run, const struct affine *a, float zeta,
                      float *const from[2])
{
    float more = (1 + zeta) / 2, less = (1 - zeta) / 2;
    float *restrict dl = a->dkept[0], *restrict du = a->dkept[1];
    const float *restrict middle = from[0], *restrict spread = from[1];
    for (int which = 0; which < 2; which++)
        reorder_all(run, a, 0, from[which], run->one);
    for (size_t i = 0; i < run->batch * a->kept_count; i++) {
        du[i] += more * (middle[i] + spread[i]);
        dl[i] += less * (middle[i] - spread[i]);
    }
}

static void load(struct interval_run *run, const float *inputs, const uint8_t *labels,
                 size_t count)
{
    struct affine *first = &run->affine[0];
    size_t used = count * first->in_count, all = run->batch * first->in_count;
    struct shape given = run->network->layers[0].in, read = first->layer.in;
    float *to = first->in[0];
    for (size_t map = 0; map < count * given.channels; map++)
        for (size_t row = 0; row < read.height; row++, to += read.width)
            memcpy(to, inputs + (map * given.height + row) * given.width,
                   read.width * sizeof *to);
    memset(to, 0, (all - used) * sizeof *to);
    for (size_t i = 0; i < all; i++)
        first->in[1][i] = (float)run->zeta * fabsf(first->in[0][i]);
    memcpy(run->labels, labels, count);
    run->count = count;
}

static struct readout readout_of(const struct interval_run *run, const float *theta)
{
    return (struct readout){tensor_at(run, theta, run->last->weight),
                            tensor_at(run, theta, run->last->bias), shape_count(run->last->in),
                            run->network->class_count, (float)run->zeta};
}

/* Subnormal numbers are read and written as zero: they cost a hundred times a normal one. */
static unsigned fast_mode(void)
{
    unsigned saved = _mm_getcsr();
    _mm_setcsr(0x9fc0u);
    return saved;
}

void interval_run_forward(struct interval_run *run, const float *theta, double zeta,
                          const float *inputs, const uint8_t *labels, size_t count,
                          float *margins)
{
    require(count <= run->batch);
    unsigned saved = fast_mode();
    run->zeta = zeta;
    load(run, inputs, labels, count);
    for (size_t k = 0; k < run->affines; k++) {
        struct affine *a = &run->affine[k];
        if (k)
            hand_on(run, &run->affine[a->step.from], (float)zeta, a->in);
        multiply(run, a, theta);
        if (a->step.with >= 0)
            interval_shortcut(run, a, &run->affine[a->step.with]);
        rectify(run, a);
    }
    if (run->averaged)
        interval_average(run);
    else
        hand_on(run, &run->affine[run->affines - 1], 0, run->box);
    struct readout readout = readout_of(run, theta);
    for (size_t s = 0; s < count; s++)
        interval_margins(&readout, run->box[0] + s * readout.inputs,
                         run->box[1] + s * readout.inputs, labels[s],
                         margins + s * readout.classes);
    _mm_setcsr(saved);
}

static float signed_as(float value, float sign)
{
    return sign > 0 ? value : sign < 0 ? -value : 0;
}

/* Through both products; the weight's gradient is the first's plus sign(W) times the second's. */
static void multiply_back(struct interval_run *run, struct affine *a, const float *theta,
                          float *gradient)
{
    const struct tensor *tensors = run->network->tensors;
    size_t count = run->batch * a->out_count, weights = tensors[a->layer.weight].count;
    float *restrict middle = a->dout[0], *restrict radius = a->dout[1];
    for (size_t i = 0; i < count; i++) {
        float lower = middle[i], upper = radius[i];
        middle[i] = upper + lower;
        radius[i] = upper - lower;
    }
    const float *w = tensor_at(run, theta, a->layer.weight);
    float *dw = gradient + tensors[a->layer.weight].offset;
    float *db = a->layer.bias >= 0 ? gradient + tensors[a->layer.bias].offset : a->dbias_size;
    linear_backward(a->middle, dw, db);
    linear_backward(a->spread, a->dsize, a->dbias_size);
    for (size_t i = 0; i < weights; i++)
        dw[i] += signed_as(a->dsize[i], w[i]);
    const float *b = a->layer.bias >= 0 ? tensor_at(run, theta, a->layer.bias) : NULL;
    for (size_t i = 0; b && i < a->layer.out.channels; i++)
        db[i] += (float)run->zeta * signed_as(a->dbias_size[i], b[i]);
}

/* Kept values that several layers read collect their gradients. */
static void forget(struct interval_run *run)
{
    for (size_t k = 0; k < run->affines; k++)
        for (int end = 0; end < 2; end++)
            memset(run->affine[k].dkept[end], 0,
                   run->batch * run->affine[k].kept_count * sizeof(float));
}

void interval_run_backward(struct interval_run *run, const float *theta, size_t count,
                           const float *dmargins, float *gradient)
{
    require(count == run->count);
    unsigned saved = fast_mode();
    struct readout readout = readout_of(run, theta);
    size_t inputs = readout.inputs;
    memset(gradient, 0, run->network->parameter_count * sizeof *gradient);
    for (int which = 0; which < 2; which++)
        memset(run->dbox[which], 0, run->batch * inputs * sizeof(float));
    for (size_t s = 0; s < count; s++)
        interval_margins_back(&readout, run->box[0] + s * inputs, run->box[1] + s * inputs,
                              run->labels[s], dmargins + s * readout.classes,
                              run->dbox[0] + s * inputs, run->dbox[1] + s * inputs,
                              gradient + run->network->tensors[run->last->weight].offset,
                              gradient + run->network->tensors[run->last->bias].offset);
    forget(run);
    if (run->averaged)
        interval_average_back(run);
    else
        hand_back(run, &run->affine[run->affines - 1], 0, run->dbox);
    for (size_t k = run->affines; k-- > 0;) {
        struct affine *a = &run->affine[k];
        rectify_back(run, a);
        if (a->step.with >= 0)
            interval_shortcut_back(run, a, &run->affine[a->step.with]);
        multiply_back(run, a, theta, gradient);
        if (k)
            hand_back(run, &run->affine[a->step.from], (float)run->zeta, a->din);
    }
    _mm_setcsr(saved);
}
