/* feedforward.c -- see feedforward.h; feedforward_plan.c decides what is done where. */
#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

#include "feedforward_run.h"
#include "maps.h"

/* Subnormal numbers cost a hundred times a normal one and change nothing here. */
static unsigned fast_mode(void)
{
    unsigned saved = _mm_getcsr();
    _mm_setcsr(0x1f80u | 0x8040u);
    return saved;
}

struct feedforward_run *feedforward_new(const struct network *network, size_t batch)
{
    struct feedforward_run *run = fault_alloc(1, sizeof *run);
    run->network = network;
    run->batch = batch;
    feedforward_plan(run);
    return run;
}

void feedforward_free(struct feedforward_run *run)
{
    if (!run)
        return;
    for (size_t i = 0; i < run->network->layer_count; i++) {
        struct stage *s = &run->stages[i];
        linear_free(s->linear);
        sparse_free(s->sparse);
        join_clear(&s->join);
        free(s->winner);
        if (!s->in_place)
            free(s->out);
    }
    for (size_t i = 0; i < run->buffer_count; i++)
        free(run->buffers[i].values);
    free(run->input);
    free(run->unwanted);
    free(run);
}

static const float *tensor_at(const struct network *n, const float *theta, int tensor)
{
    return tensor < 0 ? NULL : theta + n->tensors[tensor].offset;
}

static struct norm norm_of(const struct feedforward_run *run, const struct stage *s,
                           const float *theta)
{
    const struct network *n = run->network;
    if (!s->norm)
        return (struct norm){0};
    return (struct norm){tensor_at(n, theta, s->norm->scale), tensor_at(n, theta, s->norm->shift),
                         tensor_at(n, theta, s->norm->mean),
                         tensor_at(n, theta, s->norm->variance)};
}

/* The map that stage s reads, as it lies; the same with every channel apart; its output. */
static struct view view_in(const struct stage *s, const float *values)
{
    return (struct view){s->layer->in, s->in_block, 0, (float *)(size_t)values};
}

static struct view view_plain(const struct stage *s, float *values)
{
    return (struct view){s->layer->in, 1, 0, values};
}

static struct view view_padded(const struct stage *s, float *values)
{
    return (struct view){s->layer->out, s->block, s->layer->before, values};
}

static void forward_stage(struct feedforward_run *run, struct stage *s, const float *theta,
                          int training)
{
    const struct network *n = run->network;
    const struct layer *l = s->layer;
    struct norm norm = norm_of(run, s, theta);
    size_t batch = run->batch, channels = l->in.channels;
    switch (l->kind) {
    case LAYER_DENSE:
    case LAYER_CONV2D:
        linear_forward(s->linear, tensor_at(n, theta, l->weight), tensor_at(n, theta, l->bias));
        break;
    case LAYER_RELU:
    case LAYER_ADD:
    case LAYER_BATCHNORM:
        s->join.training = training;
        join_forward(&s->join, &norm, run->count, s->from.in, s->other.in, s->out);
        memset(s->out + run->count * s->out_count, 0,
               (batch - run->count) * s->out_count * sizeof *s->out);
        break;
    case LAYER_MAXPOOL2D:
        pool_forward(&s->pool, batch, s->from.in, s->out, s->winner);
        break;
    case LAYER_AVGPOOL2D:
    case LAYER_GLOBALAVGPOOL:
        maps_average(l, s->in_block, batch, s->from.in, s->out);
        break;
    case LAYER_FLATTEN:
        maps_copy(view_in(s, s->from.in), view_plain(s, s->out), channels, batch);
        break;
    case LAYER_SLICE:
        maps_slice(l, s->in_block, batch, s->from.in, s->out);
        break;
    case LAYER_PAD: /* the zeros around are there from the beginning */
        maps_copy(view_in(s, s->from.in), view_padded(s, s->out), channels, batch);
        break;
    }
}

/* The first `count` samples as the first layers want them: cropped, in blocks.  Absent
 * samples are zeros: the library's shapes are fixed. */
static void load_inputs(struct feedforward_run *run, const float *inputs, size_t count)
{
    struct shape all = run->network->input_shape, used = all;
    if (network_is_chain(run->network))
        used = run->layers[0].in;
    float *to = run->input;
    if (run->input_block > 1) {
        struct view plain = {all, 1, 0, (float *)(size_t)inputs};
        maps_copy(plain, (struct view){all, run->input_block, 0, to}, all.channels, count);
        to += count * shape_count(used);
    } else {
        for (size_t map = 0; map < count * all.channels; map++)
            for (size_t row = 0; row < used.height; row++, to += used.width)
                memcpy(to, inputs + (map * all.height + row) * all.width,
                       used.width * sizeof *to);
    }
    memset(to, 0, (run->batch - count) * shape_count(used) * sizeof *to);
}

void feedforward_forward(struct feedforward_run *run, const float *theta, const float *inputs,
                         size_t count, int training, float *logits)
{
    unsigned saved = fast_mode();
    const struct network *n = run->network;
    require(count <= run->batch);
    run->count = count;
    load_inputs(run, inputs, count);
    for (size_t i = 0; i < n->layer_count; i++)
        if (!run->stages[i].idle)
            forward_stage(run, &run->stages[i], theta, training);
    memcpy(logits, run->stages[n->layer_count - 1].out, count * n->class_count * sizeof(float));
    _mm_setcsr(saved);
}

static void backward_linear(struct feedforward_run *run, const struct stage *s,
                            const float *theta, float *gradient)
{
    const struct network *n = run->network;
    const struct stage *pool = s->pooled_by;
    float *dweight = gradient + n->tensors[s->layer->weight].offset;
    float *dbias = s->layer->bias < 0 ? run->unwanted
                                      : gradient + n->tensors[s->layer->bias].offset;
    if (s->sparse)
        sparse_backward(s->sparse, run->batch, tensor_at(n, theta, s->layer->weight), s->from.in,
                        pool->winner, pool->dout, s->from.into, dweight, dbias);
    else
        linear_backward(s->linear, dweight, dbias);
}

static void backward_join(struct feedforward_run *run, const struct stage *s, const float *theta,
                          float *gradient)
{
    struct norm norm = norm_of(run, s, theta);
    float *dscale = NULL, *dshift = NULL;
    if (s->norm) {
        dscale = gradient + run->network->tensors[s->norm->scale].offset;
        dshift = gradient + run->network->tensors[s->norm->shift].offset;
    }
    join_backward(&s->join, &norm, run->count, run->batch, s->from.in, s->out, s->dout, s->more,
                  s->from.into, dscale, dshift);
}

/* The gradients of what the stage reads, where they are wanted, and of its parameters. */
static void backward_stage(struct feedforward_run *run, struct stage *s, const float *theta,
                           float *gradient)
{
    const struct layer *l = s->layer;
    size_t batch = run->batch, channels = l->in.channels;
    float *din = s->from.into;
    switch (l->kind) {
    case LAYER_DENSE:
    case LAYER_CONV2D:
        backward_linear(run, s, theta, gradient);
        break;
    case LAYER_RELU:
    case LAYER_ADD:
    case LAYER_BATCHNORM:
        if (s->wanted)
            backward_join(run, s, theta, gradient);
        break;
    case LAYER_MAXPOOL2D:
        if (din)
            pool_backward(&s->pool, batch, s->winner, s->dout, din);
        break;
    case LAYER_AVGPOOL2D:
    case LAYER_GLOBALAVGPOOL:
        if (din)
            maps_average_backward(l, s->in_block, batch, s->dout, din);
        break;
    case LAYER_FLATTEN:
        if (din)
            maps_copy(view_plain(s, s->dout), view_in(s, din), channels, batch);
        break;
    case LAYER_SLICE:
        if (din)
            maps_slice_backward(l, s->in_block, batch, s->dout, din);
        break;
    case LAYER_PAD:
        if (din)
            maps_copy(view_padded(s, s->dout), view_in(s, din), channels, batch);
        break;
    }
}

/* Add the share to what other readers have left. */
static void add_share(const struct feedforward_run *run, const struct edge *edge)
{
    if (!edge->sum)
        return;
    size_t count = run->batch * run->stages[edge->stage].out_count;
    for (size_t k = 0; k < count; k++)
        edge->sum[k] += edge->into[k];
}

static void zero_statistics(const struct feedforward_run *run, float *gradient)
{
    const struct network *n = run->network;
    memset(gradient + n->trainable_count, 0,
           (n->parameter_count - n->trainable_count) * sizeof *gradient);
}

void feedforward_backward(struct feedforward_run *run, const float *theta, size_t count,
                          const float *dlogits, float *gradient)
{
    unsigned saved = fast_mode();
    const struct network *n = run->network;
    float *last = run->stages[n->layer_count - 1].dout;
    require(count == run->count);
    zero_statistics(run, gradient);
    if (last) {
        memcpy(last, dlogits, count * n->class_count * sizeof(float));
        memset(last + count * n->class_count, 0,
               (run->batch - count) * n->class_count * sizeof(float));
    }
    for (size_t i = n->layer_count; i-- > 0;) {
        struct stage *s = &run->stages[i];
        if (s->idle)
            continue;
        backward_stage(run, s, theta, gradient);
        add_share(run, &s->from);
        add_share(run, &s->other);
    }
    _mm_setcsr(saved);
}

void feedforward_statistics(const struct feedforward_run *run, double weight, double *sums)
{
    const struct network *n = run->network;
    for (size_t i = 0; i < n->layer_count; i++) {
        const struct stage *s = &run->stages[i];
        if (!s->norm || s->idle)
            continue;
        double *mean = sums + n->tensors[s->norm->mean].offset - n->trainable_count;
        double *variance = sums + n->tensors[s->norm->variance].offset - n->trainable_count;
        for (size_t c = 0; c < s->join.shape.channels; c++) {
            mean[c] += weight * s->join.batch_mean[c];
            variance[c] += weight * s->join.batch_variance[c];
        }
    }
}
