/* time_kernels.c -- floating-point operations per second of the hot kernels.
 *
 * Per kernel three numbers: seconds per call, useful operations (those whose
 * operands are not known to be zero) and operations of the dense product that it
 * stands for.  A multiplication and an addition count one each.  The machine's
 * peak is measured, not looked up. */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "network/lsnn_run.h"
#include "network/onednn.h"
#include "network/pool.h"
#include "network/sparse.h"
#include "specs/random.h"

enum { SHARD = 32, REPEATS = 9 };

static void report(const char *name, double seconds, double useful, double dense)
{
    printf("kernel-%s %.6g %.6g %.6g\n", name, seconds, useful, dense);
    fflush(stdout);
}

/* Independent fused multiply-adds, all in registers. */
enum { CHAINS = 16, FMAS = 1000000 };

static void multiply_add(void *context)
{
    lanes sum[CHAINS], a = lanes_all(0.5f), b = lanes_all(1);
    for (int k = 0; k < CHAINS; k++)
        sum[k] = lanes_all((float)k);
    for (int i = 0; i < FMAS; i++) {
        __asm__ volatile("" : "+v"(a), "+v"(b));
        for (int k = 0; k < CHAINS; k++)
            sum[k] = lanes_fma(sum[k], a, b);
    }
    for (int k = 1; k < CHAINS; k++)
        sum[0] += sum[k];
    lanes_store(context, sum[0]);
}

static void time_peak(void)
{
    float sink[LANES];
    report("peak", bench_best(multiply_add, sink, REPEATS), 2.0 * LANES * CHAINS * FMAS, 0);
}

static float *noise(size_t count)
{
    float *values = fault_alloc_aligned(count, sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = (float)random_normal(2, RANDOM_SAMPLING, i);
    return values;
}

/* A dense or convolution layer for one shard, as the library runs it. */
struct product {
    struct layer layer;
    size_t block; /* of the input map */
    float *in, *din, *out, *dout, *weight, *dweight, *bias, *dbias;
    struct linear *linear;
};

static void forward(void *context)
{
    const struct product *p = context;
    linear_forward(p->linear, p->weight, p->bias);
}

static void backward(void *context)
{
    const struct product *p = context;
    linear_backward(p->linear, p->dweight, p->dbias);
}

static double operations(const struct layer *l)
{
    double taps = (double)l->in.channels;
    if (l->kind == LAYER_CONV2D)
        taps *= (double)(l->kernel_height * l->kernel_width);
    return 2.0 * SHARD * taps * (double)shape_count(l->out);
}

static void product_init(struct product *p, const struct layer *layer, size_t block)
{
    double weights = operations(layer) / (2.0 * SHARD) /
                     (double)(layer->out.height * layer->out.width);
    *p = (struct product){.layer = *layer, .block = block};
    p->in = noise(SHARD * shape_count(layer->in));
    p->din = noise(SHARD * shape_count(layer->in));
    p->out = noise(SHARD * shape_count(layer->out));
    p->dout = noise(SHARD * shape_count(layer->out));
    p->weight = noise((size_t)weights);
    p->dweight = noise((size_t)weights);
    p->bias = noise(layer->out.channels);
    p->dbias = noise(layer->out.channels);
}

static void product_clear(struct product *p)
{
    linear_free(p->linear);
    float *owned[] = {p->in, p->din, p->out, p->dout, p->weight, p->dweight, p->bias, p->dbias};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
}

static double time_backward(struct product *p, int wants_input)
{
    linear_free(p->linear);
    p->linear = linear_new(&p->layer, SHARD, p->block, p->in, p->dout, p->out,
                           wants_input ? p->din : NULL);
    forward(p);
    return bench_best(backward, p, REPEATS);
}

/* Forward and, where asked, both gradients; that of the input is what it adds. */
static void time_linear(const char *name, const struct layer *layer, size_t block, int gradients,
                        int wants_input)
{
    struct product p;
    char text[100];
    double count = operations(layer), weight = 0;
    product_init(&p, layer, block);
    p.linear = linear_new(layer, SHARD, block, p.in, NULL, p.out, NULL);
    snprintf(text, sizeof text, "%s-forward", name);
    report(text, bench_best(forward, &p, REPEATS), count, count);
    if (gradients) {
        weight = time_backward(&p, 0);
        snprintf(text, sizeof text, "%s-dW", name);
        report(text, weight, count, count);
    }
    if (gradients && wants_input) {
        snprintf(text, sizeof text, "%s-dX", name);
        report(text, time_backward(&p, 1) - weight, count, count);
    }
    product_clear(&p);
}

/* A convolution's gradients out of its pooling's winners. */
struct winners {
    struct product *product;
    struct pool pool;
    struct sparse *sparse;
    uint16_t *winner;
    float *dpooled;
    int wants_input;
};

static void gradients(void *context)
{
    const struct winners *w = context;
    const struct product *p = w->product;
    sparse_backward(w->sparse, SHARD, p->weight, p->in, w->winner, w->dpooled,
                    w->wants_input ? p->din : NULL, p->dweight, p->dbias);
}

static void time_sparse(const char *name, const struct layer *layer, size_t block, int wants_input)
{
    struct product p;
    struct shape out = layer->out, half = {out.channels, out.height / 2, out.width / 2};
    struct winners w = {.product = &p, .pool = {out, half, 2, LANES, 1}};
    char text[100];
    double won = 0, dense = operations(layer);
    size_t pooled = SHARD * shape_count(half), masks = pool_masks(&w.pool, SHARD);
    product_init(&p, layer, block);
    w.winner = fault_alloc_aligned(masks, sizeof *w.winner);
    w.dpooled = noise(pooled);
    w.sparse = sparse_new(&p.layer, &w.pool, block);
    float *top = noise(pooled);
    p.linear = linear_new(layer, SHARD, block, p.in, NULL, p.out, NULL);
    forward(&p);
    pool_forward(&w.pool, SHARD, p.out, top, w.winner);
    for (size_t i = 0; i < masks; i++)
        won += __builtin_popcount(w.winner[i]);
    double useful = dense * won / ((double)SHARD * (double)shape_count(out));
    double weight = bench_best(gradients, &w, REPEATS);
    snprintf(text, sizeof text, "%s-dW-sparse", name);
    report(text, weight, useful, dense);
    if (wants_input) {
        w.wants_input = 1;
        snprintf(text, sizeof text, "%s-dX-sparse", name);
        report(text, bench_best(gradients, &w, REPEATS) - weight, useful, dense);
    }
    sparse_free(w.sparse);
    free(w.winner);
    free(w.dpooled);
    free(top);
    product_clear(&p);
}

static struct layer convolution(size_t in, size_t out, size_t in_side, size_t out_side,
                                size_t kernel, size_t before, size_t stride)
{
    return (struct layer){.kind = LAYER_CONV2D, .in = {in, in_side, in_side},
                          .out = {out, out_side, out_side}, .bias = -1,
                          .kernel_height = kernel, .kernel_width = kernel, .stride = stride,
                          .top = before, .left = before, .bottom = before, .right = before};
}

static void time_dense(const char *name, size_t in, size_t out)
{
    struct layer layer = {.kind = LAYER_DENSE, .in = {in, 1, 1}, .out = {out, 1, 1}};
    time_linear(name, &layer, 1, 1, 1);
}

/* The maps are as small as a run makes them: what no pooling window reads is cropped. */
static void time_network_cnn(void)
{
    struct layer conv1 = convolution(1, 64, 27, 26, 4, 2, 1);
    struct layer conv2 = convolution(64, 64, 13, 10, 4, 0, 1);
    time_linear("conv1", &conv1, 1, 0, 0);
    time_sparse("conv1", &conv1, 1, 0);
    time_linear("conv2", &conv2, LANES, 0, 0);
    time_sparse("conv2", &conv2, LANES, 1);
    time_dense("fc1", 1600, 256);
    time_dense("fc2", 256, 64);
    time_dense("fc3", 64, 10);
}

static void time_network_resnet(void)
{
    struct layer first = convolution(3, 16, 32, 32, 3, 1, 1);
    struct layer stage1 = convolution(16, 16, 32, 32, 3, 1, 1);
    struct layer stage2 = convolution(32, 32, 16, 16, 3, 1, 1);
    struct layer stage3 = convolution(64, 64, 8, 8, 3, 1, 1);
    time_linear("resnet-first", &first, 1, 1, 0);
    time_linear("resnet-16", &stage1, LANES, 1, 1);
    time_linear("resnet-32", &stage2, LANES, 1, 1);
    time_linear("resnet-64", &stage3, LANES, 1, 1);
}

/* A spiking network on one shard. */
struct spiking {
    const struct subject *subject;
    struct lsnn_run *run;
    float *logits, *dlogits, *rates, *gradient;
};
enum { SPIKING = 25 };

static void spike_forward(void *context)
{
    const struct spiking *s = context;
    lsnn_forward(s->run, s->subject->model.network.theta, s->subject->set.inputs, SPIKING,
                 s->logits, s->rates);
}

static void spike_backward(void *context)
{
    const struct spiking *s = context;
    lsnn_backward(s->run, s->subject->model.network.theta, s->subject->set.inputs, SPIKING,
                  s->dlogits, NULL, s->gradient);
}

static double bits(const uint64_t *words, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += __builtin_popcountll(words[i]);
    return sum;
}

/* The products only: with W_in, dense; with W_rec and for its gradient, where a spike
 * or a surrogate that is not zero asks for it.  A spike adds a row: one operation
 * per weight, not two. */
static void time_spikes(const char *name, const struct subject *subject)
{
    const struct network *n = &subject->model.network;
    double units = (double)n->lsnn.units, frames = SPIKING * (double)n->lsnn.steps;
    double input = 2 * frames * (double)n->lsnn.inputs * units, square = units * units;
    struct spiking s = {.subject = subject, .run = lsnn_new(n, SPIKING)};
    char text[100];
    s.logits = noise(SPIKING * n->class_count);
    s.dlogits = noise(SPIKING * n->class_count);
    s.rates = noise(SPIKING * n->lsnn.units);
    s.gradient = noise(n->parameter_count);
    double seconds = bench_best(spike_forward, &s, REPEATS);
    size_t words = SPIKING * (n->lsnn.steps + 1) * s.run->words;
    double spikes = bits(s.run->spikes, words), alive = bits(s.run->alive, words);
    snprintf(text, sizeof text, "%s-forward", name);
    report(text, seconds, input + spikes * units, input + 2 * frames * square);
    snprintf(text, sizeof text, "%s-backward", name);
    report(text, bench_best(spike_backward, &s, REPEATS),
           input + spikes * units + 2 * alive * units, input + 4 * frames * square);
    lsnn_free(s.run);
    float *owned[] = {s.logits, s.dlogits, s.rates, s.gradient};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
}

void time_kernels(const char *folder)
{
    struct subject lsnn;
    time_peak();
    time_network_cnn();
    time_network_resnet();
    subject_load(&lsnn, folder, "ecg");
    time_spikes("lsnn-ecg", &lsnn);
    subject_clear(&lsnn);
    subject_lsnn(&lsnn, folder, "speech", 98, 40, 8);
    time_spikes("lsnn-speech", &lsnn);
    subject_clear(&lsnn);
}
