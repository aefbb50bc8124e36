/* feedforward.c -- see feedforward.h.
 *
 * Every layer owns its output and that output's gradient.  A ReLU works in
 * place; one right before a pooling layer is left to it.  A convolution whose
 * output goes to a pooling layer, with or without a ReLU between, gets its gradients
 * from the pooling's winners where it can: then its own output has no gradient map. */
#include "feedforward.h"

#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

#include "onednn.h"
#include "pool.h"
#include "sparse.h"

struct stage {
    const struct layer *layer;
    size_t in_count, out_count;       /* per sample */
    size_t block;                     /* of the output map */
    float *in, *din;                  /* the stage before's output; din NULL for the first */
    float *out, *dout;                /* [batch, out_count]; a ReLU's are its input's */
    struct linear *linear;            /* dense, conv2d */
    struct pool pool;
    uint16_t *winner;
    struct sparse *sparse;            /* a convolution's gradients, or NULL */
    const struct stage *pooled_by;    /* with sparse: the pooling layer */
    int skipped;                      /* a ReLU that the pooling after it does */
};

struct feedforward_run {
    const struct network *network;
    size_t batch;
    float *input; /* [batch, features] */
    struct layer layers[NETWORK_LAYERS]; /* the network's, cropped */
    struct stage stages[NETWORK_LAYERS];
    float *no_bias, *unwanted; /* stand-ins where a layer has no bias */
};

/* Subnormal numbers cost a hundred times a normal one and change nothing here. */
static unsigned fast_mode(void)
{
    unsigned saved = _mm_getcsr();
    _mm_setcsr(0x1f80u | 0x8040u);
    return saved;
}

static int shares_buffer(const struct layer *layer)
{
    return layer->kind == LAYER_RELU;
}

/* The pooling layer that alone reads the output of layer i (through a ReLU), or 0. */
static size_t pooled_by(const struct network *n, size_t i)
{
    size_t next = i + 1;
    if (next < n->layer_count && n->layers[next].kind == LAYER_RELU)
        next++;
    return next < n->layer_count && n->layers[next].kind == LAYER_MAXPOOL2D ? next : 0;
}

/* How many of `all` input rows (or columns) the first `outputs` of a convolution
 * read. */
static size_t rows_read(size_t outputs, size_t stride, size_t kernel, size_t before, size_t all)
{
    size_t end = (outputs - 1) * stride + kernel;
    size_t rows = end > before ? end - before : 0;
    return rows < all ? rows : all;
}

/* Rows and columns at the end of a map that no pooling window covers and no stride
 * reaches are not computed, and so what only they depend on, down to the input.
 * Returns 0 where a map would be left with nothing but padding. */
static int crop_layers(struct layer *layers, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        struct layer *l = &layers[i];
        if (i + 1 < count)
            l->out = layers[i + 1].in;
        if (l->kind == LAYER_RELU) {
            l->in = l->out;
        } else if (l->kind == LAYER_MAXPOOL2D) {
            l->in.height = l->out.height * l->size;
            l->in.width = l->out.width * l->size;
        } else if (l->kind == LAYER_CONV2D) {
            l->in.height =
                rows_read(l->out.height, l->stride, l->kernel_height, l->top, l->in.height);
            l->in.width =
                rows_read(l->out.width, l->stride, l->kernel_width, l->left, l->in.width);
        }
        if (!l->in.height || !l->in.width)
            return 0;
    }
    return 1;
}

static void plan_stage(struct feedforward_run *run, size_t i)
{
    const struct network *n = run->network;
    struct stage *s = &run->stages[i], *before = i ? s - 1 : NULL;
    s->layer = &run->layers[i];
    s->in = before ? before->out : run->input;
    s->din = before ? before->dout : NULL;
    size_t before_block = before ? before->block : 1;
    s->block = s->layer->kind == LAYER_CONV2D ? onednn_block(s->layer->out) : before_block;
    if (s->layer->kind == LAYER_DENSE || s->layer->kind == LAYER_FLATTEN)
        s->block = 1;
    size_t pool = pooled_by(n, i);
    if (pool && sparse_fits(s->layer, before_block, s->block, s->din != NULL))
        s->pooled_by = &run->stages[pool];
    s->in_count = shape_count(s->layer->in);
    s->out_count = shape_count(s->layer->out);
    if (shares_buffer(s->layer) && before) {
        s->out = s->in;
        s->dout = s->din;
    } else {
        s->out = fault_alloc_aligned(run->batch * s->out_count, sizeof(float));
        if (!s->pooled_by)
            s->dout = fault_alloc_aligned(run->batch * s->out_count, sizeof(float));
    }
    if (s->layer->kind == LAYER_MAXPOOL2D) {
        int rectified = before && before->layer->kind == LAYER_RELU;
        s->pool = (struct pool){s->layer->in, s->layer->out, s->layer->size, s->block, rectified};
        s->winner = fault_alloc_aligned(pool_masks(&s->pool, run->batch), sizeof *s->winner);
        if (rectified)
            before->skipped = 1;
    }
}

/* A pooled map of one row and column is flat to the layer after: blocks vanish
 * because a single place holds all channels in order. */
static void plan_linear(struct feedforward_run *run, size_t i)
{
    struct stage *s = &run->stages[i];
    size_t in_block = i ? s[-1].block : 1;
    if (s->layer->kind == LAYER_DENSE || s->layer->kind == LAYER_CONV2D)
        s->linear = linear_new(s->layer, run->batch, in_block, s->in, s->dout, s->out,
                               s->pooled_by ? NULL : s->din);
    if (s->pooled_by)
        s->sparse = sparse_new(s->layer, &s->pooled_by->pool, in_block);
}

struct feedforward_run *feedforward_new(const struct network *network, size_t batch)
{
    struct feedforward_run *run = fault_alloc(1, sizeof *run);
    size_t widest = 1;
    require(network_is_chain(network));
    run->network = network;
    run->batch = batch;
    memcpy(run->layers, network->layers, sizeof run->layers);
    if (!crop_layers(run->layers, network->layer_count))
        memcpy(run->layers, network->layers, sizeof run->layers);
    run->input = fault_alloc_aligned(batch * shape_count(run->layers[0].in), sizeof(float));
    for (size_t i = 0; i < network->layer_count; i++)
        plan_stage(run, i);
    for (size_t i = 0; i < network->layer_count; i++) {
        plan_linear(run, i);
        if (network->layers[i].out.channels > widest)
            widest = network->layers[i].out.channels;
    }
    run->no_bias = fault_alloc_aligned(widest, sizeof(float));
    run->unwanted = fault_alloc_aligned(widest, sizeof(float));
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
        free(s->winner);
        if (!shares_buffer(s->layer) || i == 0) {
            free(s->out);
            free(s->dout);
        }
    }
    free(run->input);
    free(run->no_bias);
    free(run->unwanted);
    free(run);
}

static const float *tensor_at(const struct network *n, const float *theta, int tensor)
{
    return tensor < 0 ? NULL : theta + n->tensors[tensor].offset;
}

/* Copy between a blocked map and the flat order [channel][row][column]. */
static void unblock(const struct stage *s, size_t batch, size_t block, float *blocked,
                    float *flat, int forward)
{
    struct shape in = s->layer->in;
    size_t plane = in.height * in.width;
    for (size_t sample = 0; sample < batch; sample++)
        for (size_t c = 0; c < in.channels; c++) {
            float *from = blocked + sample * s->in_count + c / block * plane * block + c % block;
            float *to = flat + sample * s->in_count + c * plane;
            for (size_t i = 0; i < plane; i++) {
                if (forward)
                    to[i] = from[i * block];
                else
                    from[i * block] = to[i];
            }
        }
}

static void forward_stage(struct feedforward_run *run, size_t i, const float *theta)
{
    struct stage *s = &run->stages[i];
    const struct network *n = run->network;
    const float *bias = tensor_at(n, theta, s->layer->bias);
    size_t count = run->batch * s->out_count;
    switch (s->layer->kind) {
    case LAYER_DENSE:
    case LAYER_CONV2D:
        linear_forward(s->linear, tensor_at(n, theta, s->layer->weight),
                       bias ? bias : run->no_bias);
        break;
    case LAYER_RELU:
        for (size_t k = 0; !s->skipped && k < count; k++)
            s->out[k] = s->in[k] <= 0 ? 0 : s->in[k]; /* NaN stays NaN */
        break;
    case LAYER_MAXPOOL2D:
        pool_forward(&s->pool, run->batch, s->in, s->out, s->winner);
        break;
    case LAYER_FLATTEN:
        unblock(s, run->batch, i ? run->stages[i - 1].block : 1, s->in, s->out, 1);
        break;
    default:
        require(0);
    }
}

/* Absent samples are zeros: the library's shapes are fixed. */
static void load_inputs(struct feedforward_run *run, const float *inputs, size_t count)
{
    struct shape all = run->network->layers[0].in, used = run->layers[0].in;
    float *to = run->input;
    for (size_t map = 0; map < count * all.channels; map++)
        for (size_t row = 0; row < used.height; row++, to += used.width)
            memcpy(to, inputs + (map * all.height + row) * all.width, used.width * sizeof *to);
    size_t end = run->batch * shape_count(used);
    memset(to, 0, (end - count * shape_count(used)) * sizeof *to);
}

void feedforward_forward(struct feedforward_run *run, const float *theta, const float *inputs,
                         size_t count, float *logits)
{
    unsigned saved = fast_mode();
    const struct network *n = run->network;
    require(count <= run->batch);
    load_inputs(run, inputs, count);
    for (size_t i = 0; i < n->layer_count; i++)
        forward_stage(run, i, theta);
    memcpy(logits, run->stages[n->layer_count - 1].out, count * n->class_count * sizeof(float));
    _mm_setcsr(saved);
}

static void backward_linear(struct feedforward_run *run, size_t i, const float *theta,
                            float *gradient)
{
    const struct network *n = run->network;
    const struct stage *s = &run->stages[i], *pool = s->pooled_by;
    float *dweight = gradient + n->tensors[s->layer->weight].offset;
    float *dbias = s->layer->bias < 0 ? run->unwanted
                                      : gradient + n->tensors[s->layer->bias].offset;
    if (s->sparse)
        sparse_backward(s->sparse, run->batch, tensor_at(n, theta, s->layer->weight), s->in,
                        pool->winner, pool->dout, s->din, dweight, dbias);
    else
        linear_backward(s->linear, dweight, dbias);
}

static void backward_stage(struct feedforward_run *run, size_t i, const float *theta,
                           float *gradient)
{
    struct stage *s = &run->stages[i];
    size_t count = run->batch * s->out_count;
    switch (s->layer->kind) {
    case LAYER_DENSE:
    case LAYER_CONV2D:
        backward_linear(run, i, theta, gradient);
        break;
    case LAYER_RELU:
        for (size_t k = 0; !s->skipped && s->din && k < count; k++)
            s->din[k] = s->out[k] > 0 ? s->dout[k] : 0;
        break;
    case LAYER_MAXPOOL2D:
        if (s->din)
            pool_backward(&s->pool, run->batch, s->winner, s->dout, s->din);
        break;
    case LAYER_FLATTEN:
        if (s->din)
            unblock(s, run->batch, run->stages[i - 1].block, s->din, s->dout, 0);
        break;
    default:
        require(0);
    }
}

void feedforward_backward(struct feedforward_run *run, const float *theta, size_t count,
                          const float *dlogits, float *gradient)
{
    unsigned saved = fast_mode();
    const struct network *n = run->network;
    float *last = run->stages[n->layer_count - 1].dout;
    memcpy(last, dlogits, count * n->class_count * sizeof(float));
    memset(last + count * n->class_count, 0, (run->batch - count) * n->class_count * sizeof(float));
    for (size_t i = n->layer_count; i-- > 0;)
        backward_stage(run, i, theta, gradient);
    _mm_setcsr(saved);
}
