#include "initial.h"

#include <math.h>
#include <string.h>

#include "specs/random.h"

#define TRIES 64 /* a normal misses [-2, 2] once in 22: 64 misses never happen */

/* Standard deviation of a standard normal cut at -2 and 2. */
static const double cut_deviation = 0.87962566103423978;

static double cut_normal(uint64_t seed, uint64_t stream, size_t i)
{
    double value = 0;
    for (uint64_t k = 0; k < TRIES; k++) {
        value = random_normal(seed, stream, i * TRIES + k);
        if (fabs(value) <= 2)
            break;
    }
    return value;
}

static void draw(const struct network *network, int number, double scale, uint64_t seed,
                 float *theta)
{
    const struct tensor *tensor = &network->tensors[number];
    uint64_t stream = RANDOM_INITIAL + ((uint64_t)number << 8);
    for (size_t i = 0; i < tensor->count; i++)
        theta[tensor->offset + i] = (float)(scale * cut_normal(seed, stream, i));
}

static void draw_lsnn(const struct network *network, uint64_t seed, float *theta)
{
    const struct lsnn *lsnn = &network->lsnn;
    double units = (double)lsnn->units, inputs = (double)lsnn->inputs;
    draw(network, lsnn->w_in, sqrt(2 / (inputs + units)) / cut_deviation, seed, theta);
    draw(network, lsnn->w_rec, sqrt(1 / units) / cut_deviation, seed, theta);
    draw(network, lsnn->w_out, 0.01, seed, theta);
    initial_clear_diagonal(network, theta);
}

void initial_parameters(const struct network *network, uint64_t seed, float *theta)
{
    memset(theta, 0, network->parameter_count * sizeof *theta);
    if (network->kind == NETWORK_LSNN) {
        draw_lsnn(network, seed, theta);
        return;
    }
    for (int i = 0; i < network->tensor_count; i++) {
        const struct tensor *tensor = &network->tensors[i];
        if (tensor->role == ROLE_NORM_SCALE || tensor->role == ROLE_NORM_VARIANCE)
            for (size_t k = 0; k < tensor->count; k++)
                theta[tensor->offset + k] = 1;
    }
    for (size_t l = 0; l < network->layer_count; l++) {
        const struct layer *layer = &network->layers[l];
        if (layer->weight < 0)
            continue;
        const struct tensor *weight = &network->tensors[layer->weight];
        double fan_in = (double)(weight->count / weight->shape[0]);
        draw(network, layer->weight, sqrt(2 / fan_in) / cut_deviation, seed, theta);
    }
}

void initial_clear_diagonal(const struct network *network, float *values)
{
    if (network->kind != NETWORK_LSNN)
        return;
    size_t units = network->lsnn.units;
    float *w_rec = values + network->tensors[network->lsnn.w_rec].offset;
    for (size_t i = 0; i < units; i++)
        w_rec[i * units + i] = 0;
}
