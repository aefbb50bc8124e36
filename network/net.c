/* net.c -- see net.h.
 *
 * Shards have a fixed number of samples, so their results, and the order in
 * which they are added, do not depend on the number of threads. */
#include "net.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "feedforward.h"
#include "lsnn.h"

enum { SHARD_FEEDFORWARD = 32, SHARD_LSNN = 25 };

struct net {
    const struct network *network;
    size_t shard, shards; /* samples in one; how many */
    size_t count;         /* samples of the last forward */
    int training;
    struct lsnn_run **lsnn;
    struct feedforward_run **feedforward;
    float **gradient; /* per shard [parameter_count] */
    double zeta, weight; /* LSNN: what net_watch said */
};

static size_t shard_size(const struct network *network)
{
    if (network->kind == NETWORK_LSNN)
        return SHARD_LSNN;
    for (size_t i = 0; i < network->layer_count; i++)
        if (network->layers[i].kind == LAYER_BATCHNORM)
            return NET_NORM_SHARD;
    return SHARD_FEEDFORWARD;
}

/* oneDNN takes as many threads as it is told there are, when a layer is made as
 * when it runs; a shard has one. */
static int alone(void)
{
    int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    return threads;
}

struct net *net_new(const struct network *network, size_t batch)
{
    struct net *net = fault_alloc(1, sizeof *net);
    int lsnn = network->kind == NETWORK_LSNN;
    net->network = network;
    net->shard = shard_size(network);
    if (net->shard > batch && batch)
        net->shard = batch;
    net->shards = batch ? (batch + net->shard - 1) / net->shard : 0;
    net->lsnn = fault_alloc(net->shards, sizeof *net->lsnn);
    net->feedforward = fault_alloc(net->shards, sizeof *net->feedforward);
    net->gradient = fault_alloc(net->shards, sizeof *net->gradient);
    int threads = alone();
    for (size_t s = 0; s < net->shards; s++) {
        if (lsnn)
            net->lsnn[s] = lsnn_new(network, net->shard);
        else
            net->feedforward[s] = feedforward_new(network, net->shard);
        net->gradient[s] = fault_alloc_aligned(network->parameter_count, sizeof(float));
    }
    omp_set_num_threads(threads);
    return net;
}

void net_free(struct net *net)
{
    if (!net)
        return;
    for (size_t s = 0; s < net->shards; s++) {
        lsnn_free(net->lsnn[s]);
        feedforward_free(net->feedforward[s]);
        free(net->gradient[s]);
    }
    free(net->lsnn);
    free(net->feedforward);
    free(net->gradient);
    free(net);
}

static size_t shards_of(const struct net *net, size_t count)
{
    size_t shards = (count + net->shard - 1) / net->shard;
    require(shards <= net->shards);
    return shards;
}

static size_t shard_count(const struct net *net, size_t count, size_t shard)
{
    size_t left = count - shard * net->shard;
    return left < net->shard ? left : net->shard;
}

void net_training(struct net *net, int on)
{
    net->training = on;
}

void net_track(const struct net *net, float *theta)
{
    const double momentum = 0.1;
    const struct network *n = net->network;
    size_t statistics = n->parameter_count - n->trainable_count;
    if (!statistics)
        return;
    double *sums = fault_alloc(statistics, sizeof *sums);
    for (size_t s = 0; s < shards_of(net, net->count); s++)
        feedforward_statistics(net->feedforward[s],
                               (double)shard_count(net, net->count, s) / (double)net->count, sums);
    float *running = theta + n->trainable_count;
    for (size_t i = 0; i < statistics; i++)
        running[i] = (float)((1 - momentum) * running[i] + momentum * sums[i]);
    free(sums);
}

/* Every doubt of the batch has the same share in the mean. */
static double doubts(const struct net *net, size_t count)
{
    return (double)(count * net->network->lsnn.steps * net->network->lsnn.units);
}

void net_forward(struct net *net, const float *theta, const float *inputs, size_t count,
                 float *logits, float *rates)
{
    const struct network *n = net->network;
    size_t shards = shards_of(net, count);
    net->count = count;
#pragma omp parallel
    {
        alone();
#pragma omp for schedule(dynamic, 1)
        for (size_t s = 0; s < shards; s++) {
            size_t first = s * net->shard, here = shard_count(net, count, s);
            const float *x = inputs + first * n->input_count;
            float *into = logits + first * n->class_count;
            if (n->kind == NETWORK_LSNN) {
                lsnn_watch(net->lsnn[s], net->zeta, net->weight / doubts(net, count));
                lsnn_forward(net->lsnn[s], theta, x, here, into,
                             rates ? rates + first * n->lsnn.units : NULL);
            } else {
                feedforward_forward(net->feedforward[s], theta, x, here, net->training, into);
            }
        }
    }
}

/* gradient := the shards' gradients, added in shard order. */
static void reduce(const struct net *net, size_t shards, float *gradient)
{
    size_t count = net->network->parameter_count, block = 4096;
#pragma omp parallel for schedule(static)
    for (size_t first = 0; first < count; first += block) {
        size_t here = count - first < block ? count - first : block;
        memcpy(gradient + first, net->gradient[0] + first, here * sizeof(float));
        for (size_t s = 1; s < shards; s++)
            for (size_t i = 0; i < here; i++)
                gradient[first + i] += net->gradient[s][first + i];
    }
}

void net_backward(struct net *net, const float *theta, const float *inputs, size_t count,
                  const float *dlogits, const float *drates, float *gradient)
{
    const struct network *n = net->network;
    size_t shards = shards_of(net, count);
#pragma omp parallel
    {
        alone();
#pragma omp for schedule(dynamic, 1)
        for (size_t s = 0; s < shards; s++) {
            size_t first = s * net->shard, here = shard_count(net, count, s);
            const float *dlogit = dlogits + first * n->class_count;
            if (n->kind == NETWORK_LSNN)
                lsnn_backward(net->lsnn[s], theta, inputs + first * n->input_count, here, dlogit,
                              drates ? drates + first * n->lsnn.units : NULL, net->gradient[s]);
            else
                feedforward_backward(net->feedforward[s], theta, here, dlogit, net->gradient[s]);
        }
    }
    reduce(net, shards, gradient);
}

void net_watch(struct net *net, double zeta, double weight)
{
    require(net->network->kind == NETWORK_LSNN);
    net->zeta = zeta;
    net->weight = weight;
}

double net_doubt(const struct net *net)
{
    double sum = 0;
    for (size_t s = 0; s * net->shard < net->count; s++)
        sum += net->network->kind == NETWORK_LSNN ? lsnn_doubt(net->lsnn[s]) : 0;
    return sum / doubts(net, net->count);
}
