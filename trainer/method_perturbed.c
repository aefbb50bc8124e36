/* method_perturbed.c -- methods that apply, at Theta, the gradient of perturbed parameters. */
#include <math.h>
#include <string.h>

#include "method.h"
#include "specs/random.h"

/* away = theta + share (star - theta) */
static void go_part_way(const float *theta, const float *star, size_t count, float share,
                        float *away)
{
    for (size_t i = 0; i < count; i++)
        away[i] = theta[i] + share * (star[i] - theta[i]);
}

/* The batch's inputs, attacked at theta. */
static const float *attack_inputs(struct lesson *lesson, const float *theta)
{
    const struct network *network = lesson->network;
    if (!lesson->input_attack) {
        lesson->input_attack = input_attack_new(network);
        lesson->moved = fault_alloc_aligned(lesson->count * network->input_count, sizeof(float));
    }
    input_attack_run(lesson->input_attack, theta, lesson->recipe.input_attack, lesson->inputs,
                     lesson->labels, lesson->count, lesson->seed, lesson->step, lesson->moved);
    return lesson->moved;
}

void method_awp(struct lesson *lesson)
{
    const float *theta = lesson_thin(lesson), *clean = lesson->inputs;
    float share = (float)(lesson->recipe.gamma * lesson_warmth(lesson));
    if (lesson->recipe.input_attack > 0)
        lesson->inputs = attack_inputs(lesson, theta);
    if (lesson->recipe.attack_loss != ATTACK_CROSS_ENTROPY)
        lesson_forward(lesson, theta);
    lesson_attack(lesson, theta);
    go_part_way(theta, lesson->star, lesson->network->parameter_count, share, lesson->noisy);
    lesson_task(lesson, lesson->noisy, lesson->gradient);
    lesson->inputs = clean;
}

/* delta += rate * gradient, then shortened to `radius`; away = theta + delta. */
static void ascend_in_ball(const float *theta, const float *gradient, size_t count, double rate,
                           double radius, float *away)
{
    double square = 0;
    for (size_t i = 0; i < count; i++) {
        double delta = ((double)away[i] - theta[i]) + rate * gradient[i];
        square += delta * delta;
    }
    double shorten = square > radius * radius ? radius / sqrt(square) : 1;
    for (size_t i = 0; i < count; i++) {
        double delta = ((double)away[i] - theta[i]) + rate * gradient[i];
        away[i] = (float)(theta[i] + shorten * delta);
    }
}

void method_amp(struct lesson *lesson)
{
    const struct recipe *recipe = &lesson->recipe;
    const float *theta = lesson_thin(lesson);
    size_t count = lesson->network->parameter_count;
    memcpy(lesson->noisy, theta, count * sizeof *theta);
    for (size_t t = 0; t < recipe->inner_steps; t++) {
        lesson_task(lesson, lesson->noisy, lesson->gradient);
        ascend_in_ball(theta, lesson->gradient, count, recipe->inner_rate, recipe->radius,
                       lesson->noisy);
    }
    lesson_task(lesson, lesson->noisy, lesson->gradient);
}

/* One in two of the parameters in scope, at random. */
static void choose_half(struct lesson *lesson, size_t round)
{
    uint64_t stream = RANDOM_BLOCKS + (lesson->step << 8);
    struct random_words words = {{0}};
    size_t drawn = (size_t)-1;
    memset(lesson->ascends, 0, lesson->network->parameter_count);
    for (size_t s = 0; s < lesson->scope.count; s++) {
        const struct span *span = &lesson->scope.spans[s];
        for (size_t i = span->first; i < span->first + span->count; i++) {
            if (i / 128 != drawn)
                words = random_words(lesson->seed, stream, (uint64_t)round << 32 | i / 128);
            drawn = i / 128;
            lesson->ascends[i] = words.word[i / 32 % 4] >> i % 32 & 1;
        }
    }
}

/* The chosen half goes uphill, no parameter by more than zeta times its size. */
static void ascend(const struct lesson *lesson, float *theta)
{
    const float rate = (float)lesson->recipe.inner_rate;
    const float zeta = (float)lesson->recipe.adversary.zeta;
    for (size_t i = 0; i < lesson->network->parameter_count; i++) {
        float move = rate * lesson->gradient[i], most = zeta * fabsf(theta[i]);
        move = move > most ? most : move < -most ? -most : move;
        theta[i] += lesson->ascends[i] ? move : 0;
    }
}

void method_abcd(struct lesson *lesson, struct optimiser *optimiser, float *theta, double rate)
{
    size_t count = lesson->network->parameter_count;
    float *before = lesson->noisy;
    for (size_t round = 0; round < lesson->recipe.inner_steps; round++) {
        choose_half(lesson, round);
        lesson_task(lesson, theta, lesson->gradient);
        ascend(lesson, theta);
        lesson_task(lesson, theta, lesson->gradient);
        memcpy(before, theta, count * sizeof *theta);
        optimiser_step(optimiser, theta, lesson->gradient, rate);
        for (size_t i = 0; i < count; i++)
            theta[i] = lesson->ascends[i] ? before[i] : theta[i];
    }
}
