#include "adversary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "specs/fault.h"
#include "specs/random.h"

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

/* Four standard normals from one Philox block (Box-Muller, twice). */
static void four_normals(uint64_t seed, uint64_t draw, size_t block, float out[4])
{
    struct random_words words =
        random_words(seed, RANDOM_ATTACK_START + (draw << 8), (uint64_t)block);
    for (int pair = 0; pair < 2; pair++) {
        double u = ((double)words.word[2 * pair] + 0.5) * 0x1p-32;
        double angle = (double)words.word[2 * pair + 1] * (0x1p-32 * 2 * M_PI);
        double radius = sqrt(-2 * log(u));
        out[2 * pair] = (float)(radius * cos(angle));
        out[2 * pair + 1] = (float)(radius * sin(angle));
    }
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
    for (size_t block = 0; block < (parameters + 3) / 4; block++) {
        float noise[4];
        four_normals(seed, draw, block, noise);
        for (size_t i = 4 * block; i < parameters && i < 4 * block + 4; i++) {
            float size = fabsf(theta[i]), reach = zeta * size;
            star[i] = clip(theta[i] + size * start * noise[i % 4], theta[i] - reach,
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
