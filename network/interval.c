/* interval.c -- see interval.h: shards of a batch, as in net.c. */
#include "interval.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "interval_run.h"
#include "specs/fault.h"

enum { SHARD = 32 };

struct interval {
    const struct network *network;
    size_t shard, shards;
    struct interval_run **run;
    float **gradient; /* per shard [parameter_count] */
};

/* A shard's products have one thread, when they are made as when they run. */
static int alone(void)
{
    int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    return threads;
}

struct interval *interval_new(const struct network *network, size_t batch)
{
    struct interval *i = fault_alloc(1, sizeof *i);
    i->network = network;
    i->shard = batch < SHARD ? batch : SHARD;
    i->shards = batch ? (batch + i->shard - 1) / i->shard : 0;
    i->run = fault_alloc(i->shards, sizeof *i->run);
    i->gradient = fault_alloc(i->shards, sizeof *i->gradient);
    int threads = alone();
    for (size_t s = 0; s < i->shards; s++) {
        i->run[s] = interval_run_new(network, i->shard);
        i->gradient[s] = fault_alloc_aligned(network->parameter_count, sizeof(float));
    }
    omp_set_num_threads(threads);
    return i;
}

void interval_free(struct interval *i)
{
    if (!i)
        return;
    for (size_t s = 0; s < i->shards; s++) {
        interval_run_free(i->run[s]);
        free(i->gradient[s]);
    }
    free(i->run);
    free(i->gradient);
    free(i);
}

static size_t shards_of(const struct interval *i, size_t count)
{
    size_t shards = (count + i->shard - 1) / i->shard;
    require(shards <= i->shards);
    return shards;
}

static size_t shard_count(const struct interval *i, size_t count, size_t shard)
{
    size_t left = count - shard * i->shard;
    return left < i->shard ? left : i->shard;
}

void interval_forward(struct interval *i, const float *theta, double zeta, const float *inputs,
                      const uint8_t *labels, size_t count, float *margins)
{
    size_t shards = shards_of(i, count);
#pragma omp parallel
    {
        alone();
#pragma omp for schedule(dynamic, 1)
        for (size_t s = 0; s < shards; s++) {
            size_t first = s * i->shard;
            interval_run_forward(i->run[s], theta, zeta, inputs + first * i->network->input_count,
                                 labels + first, shard_count(i, count, s),
                                 margins + first * i->network->class_count);
        }
    }
}

void interval_backward(struct interval *i, const float *theta, size_t count,
                       const float *dmargins, float *gradient)
{
    size_t shards = shards_of(i, count), parameters = i->network->parameter_count;
#pragma omp parallel
    {
        alone();
#pragma omp for schedule(dynamic, 1)
        for (size_t s = 0; s < shards; s++)
            interval_run_backward(i->run[s], theta, shard_count(i, count, s),
                                  dmargins + s * i->shard * i->network->class_count,
                                  i->gradient[s]);
    }
    memset(gradient, 0, parameters * sizeof *gradient);
    for (size_t s = 0; s < shards; s++)
        for (size_t k = 0; k < parameters; k++)
            gradient[k] += i->gradient[s][k];
}
