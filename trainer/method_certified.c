/* method_certified.c -- training of what will be proved, and its step. */
#include <math.h>
#include <string.h>

#include "certified_feedforward.h"
#include "certified_lsnn.h"
#include "method.h"
#include "noise.h"

static const double longest = 1;   /* gradient norm */
static const double settling = 20; /* steps in which the rate rises */

/* The span of an LSNN's W_out, which learns faster; nothing of other networks. */
static struct span readout(const struct network *network)
{
    if (network->kind != NETWORK_LSNN)
        return (struct span){0, 0};
    const struct tensor *tensor = &network->tensors[network->lsnn.w_out];
    return (struct span){tensor->offset, tensor->count};
}

static void shorten(float *gradient, size_t count)
{
    double square = 0;
    for (size_t i = 0; i < count; i++)
        square += (double)gradient[i] * gradient[i];
    if (square <= longest * longest)
        return;
    float factor = (float)(longest / sqrt(square));
    for (size_t i = 0; i < count; i++)
        gradient[i] *= factor;
}

static void find_gradient(struct lesson *lesson)
{
    const struct recipe *recipe = &lesson->recipe;
    noise_draw(lesson->network, &lesson->scope, recipe->noise_kind, recipe->noise, lesson->theta,
               lesson->seed, lesson->step, lesson->noisy);
    if (lesson->network->kind == NETWORK_LSNN)
        certified_lsnn_gradient(lesson, lesson->noisy);
    else
        certified_feedforward_gradient(lesson, lesson->noisy);
    if (recipe->beta_rob > 0)
        method_add_robust(lesson);
}

/* The gradient, cut to length 1, and the optimiser's step, in parameters whose readout is
 * CERTIFIED_READOUT times smaller. */
void method_certified(struct lesson *lesson, struct optimiser *optimiser, float *theta,
                      double rate)
{
    struct span out = readout(lesson->network);
    find_gradient(lesson);
    for (size_t i = out.first; i < out.first + out.count; i++)
        lesson->gradient[i] *= CERTIFIED_READOUT;
    shorten(lesson->gradient, lesson->network->parameter_count);
    memcpy(lesson->noisy, theta, lesson->network->parameter_count * sizeof *theta);
    optimiser_step(optimiser, theta, lesson->gradient,
                   rate * fmin(1, ((double)lesson->step + 1) / settling));
    for (size_t i = out.first; i < out.first + out.count; i++)
        theta[i] = lesson->noisy[i] + CERTIFIED_READOUT * (theta[i] - lesson->noisy[i]);
}
