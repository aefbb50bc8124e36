#include "dropout.h"

#include <string.h>

#include "specs/random.h"

/* A dense layer whose input another layer with weights has made. */
static int thinned(const struct network *network, size_t index)
{
    if (network->layers[index].kind != LAYER_DENSE)
        return 0;
    for (size_t l = 0; l < index; l++)
        if (network->layers[l].weight >= 0)
            return 1;
    return 0;
}

size_t dropout_units(const struct network *network)
{
    size_t units = 0;
    if (network->kind == NETWORK_LSNN)
        return network->lsnn.units;
    for (size_t l = 0; l < network->layer_count; l++)
        if (thinned(network, l))
            units += shape_count(network->layers[l].in);
    return units;
}

void dropout_draw(const struct network *network, double probability, uint64_t seed,
                  uint64_t step, unsigned char *dropped)
{
    for (size_t i = 0; i < dropout_units(network); i++)
        dropped[i] = random_uniform(seed, RANDOM_DROPOUT + (step << 8), i) < probability;
}

static void clear_row(const struct network *network, int number, size_t row, float *values)
{
    const struct tensor *tensor = &network->tensors[number];
    size_t length = tensor->count / tensor->shape[0];
    memset(values + tensor->offset + row * length, 0, length * sizeof *values);
}

static void clear_columns(const struct tensor *tensor, const unsigned char *dropped,
                          float *values)
{
    size_t inputs = tensor->shape[1];
    for (size_t out = 0; out < tensor->shape[0]; out++) {
        float *row = values + tensor->offset + out * inputs;
        for (size_t i = 0; i < inputs; i++)
            row[i] = dropped[i] ? 0 : row[i];
    }
}

void dropout_clear(const struct network *network, const unsigned char *dropped, float *values)
{
    size_t first = 0;
    if (network->kind == NETWORK_LSNN) {
        for (size_t i = 0; i < network->lsnn.units; i++) {
            if (!dropped[i])
                continue;
            clear_row(network, network->lsnn.w_rec, i, values);
            clear_row(network, network->lsnn.w_out, i, values);
        }
        return;
    }
    for (size_t l = 0; l < network->layer_count; l++) {
        const struct layer *layer = &network->layers[l];
        if (!thinned(network, l))
            continue;
        clear_columns(&network->tensors[layer->weight], dropped + first, values);
        first += shape_count(layer->in);
    }
}
