#include "adam.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "specs/fault.h"

static const double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;

void adam_init(struct adam *adam, size_t count)
{
    adam->count = count;
    adam->step = 0;
    adam->m = fault_alloc_aligned(count, sizeof *adam->m);
    adam->v = fault_alloc_aligned(count, sizeof *adam->v);
}

void adam_step(struct adam *adam, float *theta, const float *gradient, double lr)
{
    double t = (double)++adam->step;
    /* Both bias corrections go into two scalars, so that the loop has one division. */
    double correction = sqrt(1 - pow(beta2, t));
    const float rate = (float)(lr * correction / (1 - pow(beta1, t)));
    const float floor = (float)(epsilon * correction);
    const float b1 = (float)beta1, c1 = (float)(1 - beta1);
    const float b2 = (float)beta2, c2 = (float)(1 - beta2);
    float *restrict m = adam->m, *restrict v = adam->v;
    for (size_t i = 0; i < adam->count; i++) {
        float g = gradient[i];
        m[i] = b1 * m[i] + c1 * g;
        v[i] = b2 * v[i] + c2 * (g * g);
        theta[i] -= rate * m[i] / (sqrtf(v[i]) + floor);
    }
}

void adam_clear(struct adam *adam)
{
    free(adam->m);
    free(adam->v);
    memset(adam, 0, sizeof *adam);
}
