/* method_entropy.c -- Entropy-SGD: towards the mean of where noisy descent wanders. */
#include <math.h>
#include <string.h>

#include "method.h"
#include "normals.h"
#include "specs/random.h"

#define PIECE 4096

static const double temperature = 1e-4, memory = 0.75, tightening = 1e-3;

/* One Langevin step of `place` on loss + scope / 2 |place - theta|^2, and the mean after it. */
static void wander(struct lesson *lesson, size_t round, double scope)
{
    const float *theta = lesson->theta, *slope = lesson->gradient;
    const float rate = (float)lesson->recipe.inner_rate, pull = (float)scope;
    const float noise = (float)(sqrt(lesson->recipe.inner_rate) * temperature);
    uint64_t stream = RANDOM_LANGEVIN + (lesson->step << 8);
    float *place = lesson->noisy, normals[PIECE];
    size_t parameters = lesson->network->parameter_count;
    for (size_t first = 0; first < parameters; first += PIECE) {
        size_t count = parameters - first < PIECE ? parameters - first : PIECE;
        normals_draw(lesson->seed, stream, (round << 32) + first, count, normals);
        for (size_t k = 0, i = first; k < count; k++, i++)
            place[i] += noise * normals[k] - rate * (slope[i] + pull * (place[i] - theta[i]));
    }
    lesson_hold(lesson, place);
    for (size_t i = 0; i < parameters; i++)
        lesson->mean[i] += (float)(1 - memory) * (place[i] - lesson->mean[i]);
}

void method_entropy(struct lesson *lesson)
{
    size_t parameters = lesson->network->parameter_count;
    double scope = lesson->recipe.gamma * pow(1 + tightening, (double)lesson->step), loss = 0;
    size_t correct = 0;
    memcpy(lesson->noisy, lesson->theta, parameters * sizeof(float));
    memcpy(lesson->mean, lesson->theta, parameters * sizeof(float));
    for (size_t round = 0; round < lesson->recipe.inner_steps; round++) {
        lesson_task(lesson, lesson->noisy, lesson->gradient);
        if (round == 0) {
            loss = lesson->loss;
            correct = lesson->correct;
        }
        wander(lesson, round, scope);
    }
    for (size_t i = 0; i < parameters; i++)
        lesson->gradient[i] = (float)scope * (lesson->theta[i] - lesson->mean[i]);
    lesson->loss = loss;
    lesson->correct = correct;
}
