#include "adversary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "normals.h"
#include "specs/fault.h"
#include "specs/random.h"

#define PIECE 4096 /* parameters done at once, by one thread */

void attack_init(struct attack *attack, size_t parameters, size_t batch, size_t classes)
{
    attack->parameters = parameters;
    attack->logits = fault_alloc_aligned(batch * classes, sizeof *attack->logits);
    attack->dlogits = fault_alloc_aligned(batch * classes, sizeof *attack->dlogits);
    attack->gradient = fault_alloc_aligned(parameters, sizeof *attack->gradient);
}

void attack_clear(struct attack *attack)
{
    free(attack->logits);
    free(attack->dlogits);
    free(attack->gradient);
    memset(attack, 0, sizeof *attack);
}

static inline float clip(float value, float low, float high)
{
    value = value < low ? low : value;
    return value > high ? high : value;
}

void adversary_start(const struct adversary *adversary, const float *theta, size_t parameters,
                     uint64_t seed, uint64_t draw, float *star)
{
    const float start = (float)adversary->start, zeta = (float)adversary->zeta;
#pragma omp parallel for schedule(static)
    for (size_t piece = 0; piece < (parameters + PIECE - 1) / PIECE; piece++) {
        float noise[PIECE];
        size_t first = piece * PIECE, left = parameters - first;
        size_t count = left < PIECE ? left : PIECE;
        normals_draw(seed, RANDOM_ATTACK_START + (draw << 8), first, count, noise);
        for (size_t k = 0, i = first; k < count; k++, i++) {
            float size = fabsf(theta[i]), reach = zeta * size;
            star[i] = clip(theta[i] + size * start * noise[k], theta[i] - reach,
                           theta[i] + reach);
        }
    }
}

/* One sign step uphill.  A few milliseconds of memory traffic at most, so one thread
 * does it: a parallel region's barriers would cost more. */
static void climb(const float *restrict theta, const float *restrict gradient, size_t parameters,
                  float zeta, float step, float *restrict star)
{
    for (size_t i = 0; i < parameters; i++) {
        float size = fabsf(theta[i]), reach = zeta * size;
        float sign = (float)(gradient[i] > 0) - (float)(gradient[i] < 0);
        star[i] = clip(star[i] + sign * (step * size), theta[i] - reach, theta[i] + reach);
    }
}

void adversary_attack(const struct adversary *adversary, struct attack *attack,
                      const struct batch *batch, const float *theta, struct goal goal,
                      uint64_t seed, uint64_t draw, float *star)
{
    const float zeta = (float)adversary->zeta;
    const float step = (float)(adversary->zeta / (double)adversary->steps);
    adversary_start(adversary, theta, attack->parameters, seed, draw, star);
    for (size_t t = 0; t < adversary->steps; t++) {
        net_forward(batch->net, star, batch->inputs, batch->count, attack->logits, NULL);
        goal.loss(goal.context, attack->logits, batch->count, attack->dlogits);
        net_backward(batch->net, star, batch->inputs, batch->count, attack->dlogits, NULL,
                     attack->gradient);
        climb(theta, attack->gradient, attack->parameters, zeta, step, star);
    }
}

void adversary_pull_back(const float *theta, const float *star, const float *dstar,
                         size_t parameters, float *gradient)
{
    for (size_t i = 0; i < parameters; i++) {
        float slope = theta[i] == 0 ? 1.0f : star[i] / theta[i];
        gradient[i] += slope * dstar[i];
    }
}
