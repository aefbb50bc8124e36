/* feedforward_plan.c -- a network as stages: what is merged, which memory is shared.
 *
 * A convolution whose output goes to a pooling layer, with or without a ReLU between, gets
 * its gradients from the pooling's winners where it can: then its own output has no
 * gradient map.  Gradients are planned by walking backward once: a buffer is taken when
 * the first share is written and given back when the stage has used it. */
#include <stdlib.h>
#include <string.h>

#include "feedforward_run.h"

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

/* Cropping knows chains of these layers only. */
static int can_crop(const struct network *n)
{
    for (size_t i = 0; i < n->layer_count; i++)
        if (n->layers[i].kind > LAYER_FLATTEN)
            return 0;
    return network_is_chain(n);
}

/* The only reader of layer i, or NOTHING. */
static int reader_of(const struct network *n, int i)
{
    int reader = NOTHING;
    if (network_readers(n, i) == 1)
        for (size_t k = 0; k < n->layer_count; k++)
            if (n->layers[k].from == i || n->layers[k].with == i)
                reader = (int)k;
    return reader;
}

/* The pooling layer that alone reads the output of layer i (through a ReLU), or NULL. */
static const struct stage *pooled_by(const struct feedforward_run *run, int i)
{
    const struct network *n = run->network;
    int reader = reader_of(n, i);
    if (reader >= 0 && n->layers[reader].kind == LAYER_RELU)
        reader = reader_of(n, reader);
    return reader >= 0 && n->layers[reader].kind == LAYER_MAXPOOL2D ? &run->stages[reader] : NULL;
}

/* Is layer i a normalisation that its only reader may go on with? */
static int can_merge(const struct feedforward_run *run, int i)
{
    return i >= 0 && run->layers[i].kind == LAYER_BATCHNORM &&
           network_readers(run->network, i) == 1;
}

/* Take over the normalisation (and what it reads) of the idle stage `from`. */
static void take_norm(struct stage *s, struct stage *from)
{
    s->norm = from->norm;
    s->join.normalised = from->join.normalised;
    s->from = from->from;
    s->in_count = from->in_count;
    s->in_block = from->in_block;
    from->idle = 1;
}

static void plan_join(struct feedforward_run *run, int i)
{
    struct stage *s = &run->stages[i];
    const struct layer *l = s->layer;
    s->joins = 1;
    join_init(&s->join, l->out, s->block);
    if (l->kind == LAYER_BATCHNORM) {
        s->join.normalised = 1;
        s->norm = l;
    } else if (l->kind == LAYER_ADD) {
        int swapped = !can_merge(run, l->from) && can_merge(run, l->with);
        s->from.stage = swapped ? l->with : l->from;
        s->other.stage = swapped ? l->from : l->with;
        if (can_merge(run, s->from.stage))
            take_norm(s, &run->stages[s->from.stage]);
    } else {
        struct stage *before = l->from >= 0 ? &run->stages[l->from] : NULL;
        s->join.rectified = 1;
        if (before && before->joins && !before->join.rectified &&
            network_readers(run->network, l->from) == 1) {
            s->other = before->other;
            take_norm(s, before);
        }
    }
    s->in_place = !s->norm && s->other.stage == NOTHING && s->from.stage >= 0 &&
                  network_readers(run->network, s->from.stage) == 1;
}

static size_t block_of(const struct feedforward_run *run, int stage)
{
    return stage < 0 ? run->input_block : run->stages[stage].block;
}

/* The block of a layer's output; a map of one place is flat, whatever its block. */
static size_t out_block(const struct feedforward_run *run, const struct stage *s)
{
    switch (s->layer->kind) {
    case LAYER_CONV2D:
    case LAYER_PAD:
        return onednn_block(s->layer->out);
    case LAYER_DENSE:
    case LAYER_FLATTEN:
    case LAYER_GLOBALAVGPOOL:
        return 1;
    default:
        return block_of(run, s->layer->from);
    }
}

static void plan_pool(struct feedforward_run *run, struct stage *s)
{
    struct stage *before = s->from.stage >= 0 ? &run->stages[s->from.stage] : NULL;
    int rectified = before && before->layer->kind == LAYER_RELU && before->in_place &&
                    network_readers(run->network, s->from.stage) == 1;
    s->pool = (struct pool){s->layer->in, s->layer->out, s->layer->size, s->block, rectified};
    s->winner = fault_alloc_aligned(pool_masks(&s->pool, run->batch), sizeof *s->winner);
    if (rectified)
        before->idle = 1;
}

static int plan_shape(struct feedforward_run *run, int i)
{
    struct stage *s = &run->stages[i];
    s->layer = &run->layers[i];
    s->from.stage = s->layer->from;
    s->other.stage = NOTHING;
    s->in_count = shape_count(s->layer->in);
    s->out_count = shape_count(s->layer->out);
    s->in_block = block_of(run, s->layer->from);
    s->block = out_block(run, s);
    switch (s->layer->kind) {
    case LAYER_RELU:
    case LAYER_ADD:
    case LAYER_BATCHNORM:
        plan_join(run, i);
        return 1;
    case LAYER_MAXPOOL2D:
        plan_pool(run, s);
        return 1;
    default:
        return 0;
    }
}

static int is_linear(const struct stage *s)
{
    return s->layer->kind == LAYER_DENSE || s->layer->kind == LAYER_CONV2D;
}

static float *output_of(const struct feedforward_run *run, int stage)
{
    return stage == NOTHING ? NULL : stage < 0 ? run->input : run->stages[stage].out;
}

/* Outputs, and whose gradients are wanted: of all that parameters reach, less what a
 * pooling's winners stand for. */
static void plan_outputs(struct feedforward_run *run, int i)
{
    struct stage *s = &run->stages[i];
    int upstream = (s->from.stage >= 0 && run->stages[s->from.stage].learns) ||
                   (s->other.stage >= 0 && run->stages[s->other.stage].learns);
    s->from.in = output_of(run, s->from.stage);
    s->other.in = output_of(run, s->other.stage);
    if (s->in_place)
        s->out = run->stages[s->from.stage].out;
    else
        s->out = fault_alloc_aligned(run->batch * s->out_count, sizeof(float));
    s->learns = upstream || is_linear(s) || s->norm;
    s->wanted = s->idle ? run->stages[s->from.stage].wanted : s->learns;
    const struct stage *pool = is_linear(s) ? pooled_by(run, i) : NULL;
    if (pool && sparse_fits(s->layer, s->in_block, s->block, upstream)) {
        s->pooled_by = pool;
        s->wanted = 0;
    }
    if (s->norm) {
        size_t channels = s->join.shape.channels;
        s->join.mean = fault_alloc_aligned(channels, sizeof(float));
        s->join.inverse = fault_alloc_aligned(channels, sizeof(float));
        s->join.batch_mean = fault_alloc(channels, sizeof(double));
        s->join.batch_variance = fault_alloc(channels, sizeof(double));
    }
}

/* The smallest free buffer that is large enough. */
static float *take(struct feedforward_run *run, size_t size)
{
    struct buffer *best = NULL;
    for (size_t i = 0; i < run->buffer_count; i++) {
        struct buffer *b = &run->buffers[i];
        if (!b->busy && b->size >= size && (!best || b->size < best->size))
            best = b;
    }
    if (!best) {
        require(run->buffer_count < sizeof run->buffers / sizeof *run->buffers);
        best = &run->buffers[run->buffer_count++];
        *best = (struct buffer){fault_alloc_aligned(size, sizeof(float)), size, 0};
    }
    best->busy = 1;
    return best->values;
}

static void give(struct feedforward_run *run, const float *values)
{
    for (size_t i = 0; i < run->buffer_count; i++)
        if (run->buffers[i].values == values)
            run->buffers[i].busy = 0;
}

/* `buffer` will hold a share of what `edge` reads.  Returns whether that stage keeps it. */
static int contribute(struct feedforward_run *run, struct edge *edge, float *buffer)
{
    struct stage *t = &run->stages[edge->stage];
    edge->into = buffer;
    if (!t->dout)
        return (t->dout = buffer) != NULL;
    if (t->joins && !t->idle && !t->more)
        return (t->more = buffer) != NULL;
    edge->sum = t->dout;
    return 0;
}

static int wants(const struct feedforward_run *run, const struct edge *edge)
{
    return edge->stage >= 0 && run->stages[edge->stage].wanted;
}

/* Plan how stage i passes its gradient on; dout and more become free afterwards. */
static void plan_backward(struct feedforward_run *run, int i)
{
    struct stage *s = &run->stages[i];
    int kept = s->layer->kind == LAYER_MAXPOOL2D; /* a sparse convolution may look later */
    if (!s->dout && !s->pooled_by)
        return;
    if (wants(run, &s->other))
        kept = contribute(run, &s->other, s->dout);
    if (wants(run, &s->from)) {
        int passes_on = s->joins && s->other.stage == NOTHING;
        float *share =
            passes_on ? s->dout : take(run, run->batch * run->stages[s->from.stage].out_count);
        int keeps = contribute(run, &s->from, share);
        if (passes_on)
            kept = keeps;
        else if (!keeps)
            give(run, share);
    }
    if (!kept)
        give(run, s->dout);
    give(run, s->more);
}

static void plan_linear(struct feedforward_run *run, struct stage *s)
{
    s->linear = linear_new(s->layer, run->batch, s->in_block, (float *)(size_t)s->from.in,
                           s->dout, s->out, s->pooled_by ? NULL : s->from.into);
    if (s->pooled_by)
        s->sparse = sparse_new(s->layer, &s->pooled_by->pool, s->in_block);
}

void feedforward_plan(struct feedforward_run *run)
{
    const struct network *n = run->network;
    int count = (int)n->layer_count;
    size_t widest = 1;
    memcpy(run->layers, n->layers, sizeof run->layers);
    if (!can_crop(n) || !crop_layers(run->layers, n->layer_count))
        memcpy(run->layers, n->layers, sizeof run->layers);
    struct shape input = network_is_chain(n) ? run->layers[0].in : n->input_shape;
    run->input_block = network_is_chain(n) ? 1 : onednn_block(input);
    run->input = fault_alloc_aligned(run->batch * shape_count(input), sizeof(float));
    for (int i = 0; i < count; i++) {
        plan_shape(run, i);
        widest = run->layers[i].out.channels > widest ? run->layers[i].out.channels : widest;
    }
    run->unwanted = fault_alloc_aligned(widest, sizeof(float));
    for (int i = 0; i < count; i++)
        if (!run->stages[i].idle || run->stages[i].in_place)
            plan_outputs(run, i);
    struct stage *last = &run->stages[count - 1];
    if (last->wanted)
        last->dout = take(run, run->batch * last->out_count);
    for (int i = count - 1; i >= 0; i--)
        plan_backward(run, i);
    for (int i = 0; i < count; i++)
        if (is_linear(&run->stages[i]))
            plan_linear(run, &run->stages[i]);
}
