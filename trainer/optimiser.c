#include "optimiser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "specs/fault.h"

static const double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;

void optimiser_init(struct optimiser *optimiser, enum optimiser_kind kind, size_t count)
{
    *optimiser = (struct optimiser){.kind = kind, .count = count, .momentum = 0.9};
    optimiser->m = fault_alloc_aligned(count, sizeof *optimiser->m);
    optimiser->v = fault_alloc_aligned(count, sizeof *optimiser->v);
}

static void adam_step(struct optimiser *o, float *restrict theta, const float *restrict gradient,
                      double rate)
{
    double t = (double)o->step;
    /* Both bias corrections go into two scalars, so that the loop has one division. */
    double correction = sqrt(1 - pow(beta2, t));
    const float pace = (float)(rate * correction / (1 - pow(beta1, t)));
    const float floor = (float)(epsilon * correction), decay = (float)o->weight_decay;
    const float b1 = (float)beta1, c1 = (float)(1 - beta1);
    const float b2 = (float)beta2, c2 = (float)(1 - beta2);
    float *restrict m = o->m, *restrict v = o->v;
    for (size_t i = 0; i < o->count; i++) {
        float g = gradient[i] + decay * theta[i];
        m[i] = b1 * m[i] + c1 * g;
        v[i] = b2 * v[i] + c2 * (g * g);
        theta[i] -= pace * m[i] / (sqrtf(v[i]) + floor);
    }
}

static void sgd_step(struct optimiser *o, float *restrict theta, const float *restrict gradient,
                     double rate)
{
    const float pace = (float)rate, decay = (float)o->weight_decay;
    const float momentum = (float)o->momentum;
    float *restrict m = o->m;
    for (size_t i = 0; i < o->count; i++) {
        float g = gradient[i] + decay * theta[i];
        m[i] = momentum * m[i] + g;
        theta[i] -= pace * (g + momentum * m[i]);
    }
}

void optimiser_step(struct optimiser *optimiser, float *theta, const float *gradient, double rate)
{
    optimiser->step++;
    if (optimiser->kind == OPTIMISER_ADAM)
        adam_step(optimiser, theta, gradient, rate);
    else
        sgd_step(optimiser, theta, gradient, rate);
}

void optimiser_clear(struct optimiser *optimiser)
{
    free(optimiser->m);
    free(optimiser->v);
    memset(optimiser, 0, sizeof *optimiser);
}
