/* onednn.c -- see onednn.h. */
#include "onednn.h"

#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "specs/fault.h"

#define BLOCK 16

static dnnl_engine_t engine;
static dnnl_stream_t stream;
static pthread_once_t ready = PTHREAD_ONCE_INIT;

static void check(dnnl_status_t status)
{
    require(status == dnnl_success);
}

static void get_ready(void)
{
    check(dnnl_engine_create(&engine, dnnl_cpu, 0));
    check(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags));
}

size_t onednn_block(struct shape shape)
{
    int map = shape.height * shape.width > 1;
    return map && shape.channels % BLOCK == 0 ? BLOCK : 1;
}

/* A primitive and what it is run on. */
struct call {
    dnnl_primitive_t primitive; /* NULL: nothing to do */
    dnnl_exec_arg_t arguments[6];
    int count;
};

struct linear {
    const struct layer *layer;
    size_t batch;
    dnnl_memory_t memory[24]; /* every memory object, to release */
    int memories;
    struct call forward, backward_input, backward_weight;
    struct call pack_forward, pack_backward, unpack_gradient;
    dnnl_memory_t weight, bias, dweight, dbias; /* the model's, set per call */
    void *buffers[6]; /* packed weights and scratchpads, owned */
    int buffer_count;
};

static dnnl_memory_t memory_of(struct linear *l, const dnnl_memory_desc_t *desc, void *handle)
{
    dnnl_memory_t memory;
    require(l->memories < (int)(sizeof l->memory / sizeof *l->memory));
    check(dnnl_memory_create(&memory, desc, engine, handle));
    l->memory[l->memories++] = memory;
    return memory;
}

static void *buffer_of(struct linear *l, size_t bytes)
{
    require(l->buffer_count < (int)(sizeof l->buffers / sizeof *l->buffers));
    return l->buffers[l->buffer_count++] = fault_alloc_aligned(bytes, 1);
}

static void add_argument(struct call *call, int what, dnnl_memory_t memory)
{
    call->arguments[call->count++] = (dnnl_exec_arg_t){what, memory};
}

static void run(const struct call *call)
{
    if (call->primitive)
        check(dnnl_primitive_execute(call->primitive, stream, call->count, call->arguments));
}

/* Scratch memory is ours: the library's own would belong to the creating thread. */
static dnnl_primitive_desc_t describe(const void *desc, dnnl_primitive_desc_t hint)
{
    dnnl_primitive_attr_t attributes;
    dnnl_primitive_desc_t result;
    check(dnnl_primitive_attr_create(&attributes));
    check(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user));
    check(dnnl_primitive_desc_create(&result, desc, attributes, engine, hint));
    check(dnnl_primitive_attr_destroy(attributes));
    return result;
}

static void make_call(struct linear *l, struct call *call, dnnl_primitive_desc_t described)
{
    const dnnl_memory_desc_t *scratch =
        dnnl_primitive_desc_query_md(described, dnnl_query_scratchpad_md, 0);
    check(dnnl_primitive_create(&call->primitive, described));
    size_t bytes = scratch ? dnnl_memory_desc_get_size(scratch) : 0;
    if (bytes)
        add_argument(call, DNNL_ARG_SCRATCHPAD, memory_of(l, scratch, buffer_of(l, bytes)));
}

/* Move from one format to another. */
static void make_reorder(struct call *call, dnnl_memory_t from,
                         const dnnl_memory_desc_t *from_desc, dnnl_memory_t to,
                         const dnnl_memory_desc_t *to_desc)
{
    dnnl_primitive_desc_t described;
    check(dnnl_reorder_primitive_desc_create(&described, from_desc, engine, to_desc, engine,
                                             NULL));
    add_argument(call, DNNL_ARG_FROM, from);
    add_argument(call, DNNL_ARG_TO, to);
    check(dnnl_primitive_create(&call->primitive, described));
    check(dnnl_primitive_desc_destroy(described));
}

/* Descriptions of everything that flows, and of the layer's three products. */
struct plan {
    dnnl_memory_desc_t input, output, weight, bias, any_weight;
    dnnl_primitive_desc_t forward, backward_input, backward_weight;
    dnnl_dims_t strides, before, after;
};

static dnnl_memory_desc_t map_desc(size_t batch, struct shape shape, size_t block)
{
    dnnl_memory_desc_t desc;
    dnnl_dims_t dims = {(dnnl_dim_t)batch, (dnnl_dim_t)shape.channels,
                        (dnnl_dim_t)shape.height, (dnnl_dim_t)shape.width};
    check(dnnl_memory_desc_init_by_tag(&desc, 4, dims, dnnl_f32,
                                       block == BLOCK ? dnnl_nChw16c : dnnl_nchw));
    return desc;
}

static dnnl_memory_desc_t flat_desc(int rank, size_t first, size_t second)
{
    dnnl_memory_desc_t desc;
    dnnl_dims_t dims = {(dnnl_dim_t)first, (dnnl_dim_t)second};
    check(dnnl_memory_desc_init_by_tag(&desc, rank, dims, dnnl_f32,
                                       rank == 1 ? dnnl_a : dnnl_ab));
    return desc;
}

static void plan_convolution(struct plan *p, const struct layer *l, size_t batch,
                             size_t in_block, int wants_weight, int wants_input)
{
    p->input = map_desc(batch, l->in, in_block);
    p->output = map_desc(batch, l->out, onednn_block(l->out));
    dnnl_dims_t dims = {(dnnl_dim_t)l->out.channels, (dnnl_dim_t)l->in.channels,
                        (dnnl_dim_t)l->kernel_height, (dnnl_dim_t)l->kernel_width};
    check(dnnl_memory_desc_init_by_tag(&p->weight, 4, dims, dnnl_f32, dnnl_oihw));
    check(dnnl_memory_desc_init_by_tag(&p->any_weight, 4, dims, dnnl_f32, dnnl_format_tag_any));
    p->strides[0] = p->strides[1] = (dnnl_dim_t)l->stride;
    p->before[0] = (dnnl_dim_t)l->top;
    p->before[1] = (dnnl_dim_t)l->left;
    /* What the last stride does not reach is not padding. */
    p->after[0] = (dnnl_dim_t)((l->out.height - 1) * l->stride + l->kernel_height) -
                  (dnnl_dim_t)(l->in.height + l->top);
    p->after[1] = (dnnl_dim_t)((l->out.width - 1) * l->stride + l->kernel_width) -
                  (dnnl_dim_t)(l->in.width + l->left);
    dnnl_convolution_desc_t desc;
    check(dnnl_convolution_forward_desc_init(
        &desc, dnnl_forward_training, dnnl_convolution_direct, &p->input, &p->any_weight,
        &p->bias, &p->output, p->strides, p->before, p->after));
    p->forward = describe(&desc, NULL);
    if (!wants_weight)
        return;
    check(dnnl_convolution_backward_weights_desc_init(
        &desc, dnnl_convolution_direct, &p->input, &p->any_weight, &p->bias, &p->output,
        p->strides, p->before, p->after));
    p->backward_weight = describe(&desc, p->forward);
    if (!wants_input)
        return;
    check(dnnl_convolution_backward_data_desc_init(&desc, dnnl_convolution_direct, &p->input,
                                                   &p->any_weight, &p->output, p->strides,
                                                   p->before, p->after));
    p->backward_input = describe(&desc, p->forward);
}

/* Dense weights stay as the model has them: reordering them costs more than it saves. */
static void plan_dense(struct plan *p, const struct layer *l, size_t batch, int wants_input)
{
    dnnl_inner_product_desc_t desc;
    p->input = flat_desc(2, batch, l->in.channels);
    p->output = flat_desc(2, batch, l->out.channels);
    p->weight = flat_desc(2, l->out.channels, l->in.channels);
    check(dnnl_inner_product_forward_desc_init(&desc, dnnl_forward_training, &p->input,
                                               &p->weight, &p->bias, &p->output));
    p->forward = describe(&desc, NULL);
    check(dnnl_inner_product_backward_weights_desc_init(&desc, &p->input, &p->weight, &p->bias,
                                                        &p->output));
    p->backward_weight = describe(&desc, p->forward);
    if (!wants_input)
        return;
    check(dnnl_inner_product_backward_data_desc_init(&desc, &p->input, &p->weight, &p->output));
    p->backward_input = describe(&desc, p->forward);
}

/* The library's weights for one product: the model's own or a packed copy. */
static dnnl_memory_t product_weight(struct linear *l, const struct plan *p,
                                    const dnnl_memory_desc_t *desc, struct call *pack,
                                    int gradient)
{
    dnnl_memory_t plain = gradient ? l->dweight : l->weight;
    if (dnnl_memory_desc_equal(desc, &p->weight))
        return plain;
    dnnl_memory_t own = memory_of(l, desc, buffer_of(l, dnnl_memory_desc_get_size(desc)));
    if (gradient)
        make_reorder(pack, own, desc, plain, &p->weight);
    else
        make_reorder(pack, plain, &p->weight, own, desc);
    return own;
}

static void make_products(struct linear *l, const struct plan *p, float *input,
                          const float *doutput, float *output, float *dinput)
{
    dnnl_memory_t in = memory_of(l, &p->input, input), out = memory_of(l, &p->output, output);
    dnnl_memory_t forward_weight = product_weight(
        l, p, dnnl_primitive_desc_query_md(p->forward, dnnl_query_weights_md, 0),
        &l->pack_forward, 0);
    make_call(l, &l->forward, p->forward);
    add_argument(&l->forward, DNNL_ARG_SRC, in);
    add_argument(&l->forward, DNNL_ARG_WEIGHTS, forward_weight);
    if (l->bias)
        add_argument(&l->forward, DNNL_ARG_BIAS, l->bias);
    add_argument(&l->forward, DNNL_ARG_DST, out);

    if (!doutput)
        return;
    dnnl_memory_t dout = memory_of(l, &p->output, (void *)(size_t)doutput);
    dnnl_memory_t gradient = product_weight(
        l, p, dnnl_primitive_desc_query_md(p->backward_weight, dnnl_query_diff_weights_md, 0),
        &l->unpack_gradient, 1);
    make_call(l, &l->backward_weight, p->backward_weight);
    add_argument(&l->backward_weight, DNNL_ARG_SRC, in);
    add_argument(&l->backward_weight, DNNL_ARG_DIFF_DST, dout);
    add_argument(&l->backward_weight, DNNL_ARG_DIFF_WEIGHTS, gradient);
    if (l->bias)
        add_argument(&l->backward_weight, DNNL_ARG_DIFF_BIAS, l->dbias);

    if (!dinput)
        return;
    dnnl_memory_t backward_weight = product_weight(
        l, p, dnnl_primitive_desc_query_md(p->backward_input, dnnl_query_weights_md, 0),
        &l->pack_backward, 0);
    make_call(l, &l->backward_input, p->backward_input);
    add_argument(&l->backward_input, DNNL_ARG_DIFF_DST, dout);
    add_argument(&l->backward_input, DNNL_ARG_WEIGHTS, backward_weight);
    add_argument(&l->backward_input, DNNL_ARG_DIFF_SRC, memory_of(l, &p->input, dinput));
}

struct linear *linear_new(const struct layer *layer, size_t batch, size_t in_block,
                          float *input, const float *doutput, float *output, float *dinput)
{
    pthread_once(&ready, get_ready);
    struct linear *l = fault_alloc(1, sizeof *l);
    struct plan p = {0};
    if (layer->bias >= 0)
        p.bias = flat_desc(1, layer->out.channels, 0);
    l->layer = layer;
    l->batch = batch;
    if (layer->kind == LAYER_CONV2D)
        plan_convolution(&p, layer, batch, in_block, doutput != NULL, dinput != NULL);
    else
        plan_dense(&p, layer, batch, dinput != NULL);
    l->weight = memory_of(l, &p.weight, DNNL_MEMORY_NONE);
    l->dweight = memory_of(l, &p.weight, DNNL_MEMORY_NONE);
    if (layer->bias >= 0) {
        l->bias = memory_of(l, &p.bias, DNNL_MEMORY_NONE);
        l->dbias = memory_of(l, &p.bias, DNNL_MEMORY_NONE);
    }
    make_products(l, &p, input, doutput, output, dinput);
    check(dnnl_primitive_desc_destroy(p.forward));
    if (p.backward_weight)
        check(dnnl_primitive_desc_destroy(p.backward_weight));
    if (p.backward_input)
        check(dnnl_primitive_desc_destroy(p.backward_input));
    return l;
}

void linear_free(struct linear *l)
{
    if (!l)
        return;
    struct call *calls[] = {&l->forward,      &l->backward_input, &l->backward_weight,
                            &l->pack_forward, &l->pack_backward,  &l->unpack_gradient};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i]->primitive)
            check(dnnl_primitive_destroy(calls[i]->primitive));
    for (int i = 0; i < l->memories; i++)
        check(dnnl_memory_destroy(l->memory[i]));
    for (int i = 0; i < l->buffer_count; i++)
        free(l->buffers[i]);
    free(l);
}

static void set(dnnl_memory_t memory, const float *values)
{
    check(dnnl_memory_set_data_handle(memory, (void *)(size_t)values));
}

void linear_forward(struct linear *l, const float *weight, const float *bias)
{
    set(l->weight, weight);
    if (l->bias)
        set(l->bias, bias);
    run(&l->pack_forward);
    run(&l->forward);
}

void linear_backward(struct linear *l, float *dweight, float *dbias)
{
    set(l->dweight, dweight);
    if (l->dbias)
        set(l->dbias, dbias);
    run(&l->backward_weight);
    run(&l->unpack_gradient);
    run(&l->pack_backward);
    run(&l->backward_input);
}
