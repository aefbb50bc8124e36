#include "noise.h"

#include <math.h>
#include <string.h>

#include "normals.h"
#include "specs/random.h"

#define PIECE 4096 /* parameters done at once, by one thread */

static float largest(const float *values, size_t count)
{
    float top = 0;
    for (size_t i = 0; i < count; i++)
        top = fmaxf(top, fabsf(values[i]));
    return top;
}

/* noisy = theta + (a |theta| + c) R for count parameters from `first` on. */
static void shake(const float *theta, size_t first, size_t count, float relative, float constant,
                  uint64_t seed, uint64_t stream, float *noisy)
{
#pragma omp parallel for schedule(static)
    for (size_t piece = 0; piece < (count + PIECE - 1) / PIECE; piece++) {
        float normals[PIECE];
        size_t start = first + piece * PIECE, end = first + count;
        size_t size = end - start < PIECE ? end - start : PIECE;
        normals_draw(seed, stream, start, size, normals);
        for (size_t k = 0; k < size; k++)
            noisy[start + k] = theta[start + k] +
                               (relative * fabsf(theta[start + k]) + constant) * normals[k];
    }
}

/* The part of a tensor that is in scope: all of it or nothing. */
static int in_scope(const struct scope *scope, const struct tensor *tensor)
{
    for (size_t i = 0; i < scope->count; i++)
        if (tensor->offset - scope->spans[i].first < scope->spans[i].count)
            return 1;
    return 0;
}

static void keep_diagonal(const struct network *network, const float *theta, float *noisy)
{
    if (network->kind != NETWORK_LSNN)
        return;
    size_t units = network->lsnn.units, at = network->tensors[network->lsnn.w_rec].offset;
    for (size_t i = 0; i < units; i++)
        noisy[at + i * units + i] = theta[at + i * units + i];
}

void noise_draw(const struct network *network, const struct scope *scope, enum noise_kind kind,
                double eta, const float *theta, uint64_t seed, uint64_t step, float *noisy)
{
    uint64_t stream = RANDOM_NOISE + (step << 8);
    for (int i = 0; i < network->tensor_count; i++) {
        const struct tensor *tensor = &network->tensors[i];
        const float *values = theta + tensor->offset;
        if (!in_scope(scope, tensor))
            memcpy(noisy + tensor->offset, values, tensor->count * sizeof *noisy);
        else if (kind == NOISE_RELATIVE)
            shake(theta, tensor->offset, tensor->count, (float)eta, 0, seed, stream, noisy);
        else
            shake(theta, tensor->offset, tensor->count, 0,
                  (float)eta * largest(values, tensor->count), seed, stream, noisy);
    }
    keep_diagonal(network, theta, noisy);
}
