#include "weight_clip.h"

#include <math.h>

static double deviation(const float *values, size_t count)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    double mean = sum / (double)count;
    for (size_t i = 0; i < count; i++)
        square += (values[i] - mean) * (values[i] - mean);
    return sqrt(square / (double)count);
}

void weight_clip(const struct network *network, double k, float *theta)
{
    for (int t = 0; k > 0 && t < network->tensor_count; t++) {
        const struct tensor *tensor = &network->tensors[t];
        float *values = theta + tensor->offset;
        if (tensor->role != ROLE_WEIGHT)
            continue;
        float most = (float)(k * deviation(values, tensor->count));
        for (size_t i = 0; i < tensor->count; i++)
            values[i] = values[i] > most ? most : values[i] < -most ? -most : values[i];
    }
}
