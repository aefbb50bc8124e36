/* interval_plan.c -- the layers of a shard: see interval_run.h. */
#include <stdlib.h>
#include <string.h>

#include "interval_run.h"
#include "specs/fault.h"

static float *floats(size_t count)
{
    return fault_alloc_aligned(count, sizeof(float));
}

/* How many of `all` rows or columns the first `outputs` of a convolution read. */
static size_t reach(size_t outputs, size_t stride, size_t kernel, size_t before, size_t all)
{
    size_t end = (outputs - 1) * stride + kernel;
    size_t rows = end > before ? end - before : 1;
    return rows < all ? rows : all;
}

/* Rows and columns that no pooling window covers and no stride reaches are not computed. */
static void crop(struct layer *layers, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        struct layer *l = &layers[i];
        if (i + 1 < count && layers[i + 1].kind != LAYER_DENSE)
            l->out = layers[i + 1].in;
        if (l->kind == LAYER_RELU) {
            l->in = l->out;
        } else if (l->kind == LAYER_MAXPOOL2D) {
            l->in.height = l->out.height * l->size;
            l->in.width = l->out.width * l->size;
        } else if (l->kind == LAYER_CONV2D) {
            l->in.height = reach(l->out.height, l->stride, l->kernel_height, l->top, l->in.height);
            l->in.width = reach(l->out.width, l->stride, l->kernel_width, l->left, l->in.width);
        }
    }
}

/* What follows the weights of a layer; `pool` is NULL or the pooling, cropped. */
static void plan_passage(struct interval_run *run, struct affine *a, const struct layer *pool)
{
    size_t block = a->layer.kind == LAYER_CONV2D ? onednn_block(a->layer.out) : 1;
    struct shape kept = a->layer.out;
    if (pool) {
        kept = pool->out;
        a->pooled = 1;
        a->pool = (struct pool){a->layer.out, kept, pool->size, block, 1};
    }
    a->out_count = shape_count(a->layer.out);
    a->kept_count = shape_count(kept);
    a->block = block;
    for (int end = 0; end < 2; end++) {
        a->out[end] = floats(run->batch * a->out_count);
        a->dout[end] = floats(run->batch * a->out_count);
        a->kept[end] = floats(run->batch * a->kept_count);
        a->dkept[end] = floats(run->batch * a->kept_count);
        if (pool)
            a->winner[end] = fault_alloc_aligned(pool_masks(&a->pool, run->batch),
                                                 sizeof *a->winner[end]);
    }
}

static void plan_affine(struct interval_run *run, const struct route_step *step)
{
    struct affine *a = &run->affine[run->affines++];
    const struct affine *before = step->from < 0 ? NULL : &run->affine[step->from];
    const struct layer *layers = run->network->layers;
    const struct tensor *weight = &run->network->tensors[layers[step->layer].weight];
    size_t block = before && !before->step.flattened ? before->block : 1;
    a->layer = run->layers[step->layer];
    a->step = *step;
    a->in_count = shape_count(a->layer.in);
    plan_passage(run, a, step->pool ? &run->layers[step->pool - layers] : NULL);
    for (int which = 0; which < 2; which++) {
        a->in[which] = floats(run->batch * a->in_count);
        if (before)
            a->din[which] = floats(run->batch * a->in_count);
    }
    a->size = floats(weight->count);
    a->dsize = floats(weight->count);
    a->bias_size = floats(a->layer.out.channels);
    a->dbias_size = floats(a->layer.out.channels);
    a->middle = linear_new(&a->layer, run->batch, block, a->in[0], a->dout[0], a->out[0],
                           a->din[0]);
    a->spread = linear_new(&a->layer, run->batch, block, a->in[1], a->dout[1], a->out[1],
                           a->din[1]);
}

struct interval_run *interval_run_new(const struct network *network, size_t batch)
{
    struct interval_run *run = fault_alloc(1, sizeof *run);
    struct interval_route *route = fault_alloc(1, sizeof *route);
    require(!interval_route(network, route));
    run->network = network;
    run->batch = batch;
    memcpy(run->layers, network->layers, sizeof run->layers);
    if (network_is_chain(network))
        crop(run->layers, network->layer_count);
    for (size_t k = 0; k < route->count; k++)
        plan_affine(run, &route->step[k]);
    run->averaged = route->averaged;
    free(route);
    size_t widest = 0;
    for (size_t k = 0; k < run->affines; k++)
        if (run->affine[k].kept_count > widest)
            widest = run->affine[k].kept_count;
    run->last = &run->layers[network->layer_count - 1];
    for (int which = 0; which < 2; which++) {
        run->box[which] = floats(batch * shape_count(run->last->in));
        run->dbox[which] = floats(batch * shape_count(run->last->in));
    }
    run->labels = fault_alloc(batch, 1);
    run->one = floats(widest);
    return run;
}

void interval_run_free(struct interval_run *run)
{
    if (!run)
        return;
    for (size_t k = 0; k < run->affines; k++) {
        struct affine *a = &run->affine[k];
        linear_free(a->middle);
        linear_free(a->spread);
        for (int which = 0; which < 2; which++) {
            void *owned[] = {a->in[which], a->din[which], a->out[which], a->dout[which],
                             a->winner[which], a->kept[which], a->dkept[which]};
            for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
                free(owned[i]);
        }
        free(a->size);
        free(a->dsize);
        free(a->bias_size);
        free(a->dbias_size);
    }
    for (int which = 0; which < 2; which++) {
        free(run->box[which]);
        free(run->dbox[which]);
    }
    free(run->labels);
    free(run->one);
    free(run);
}
