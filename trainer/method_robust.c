/* method_robust.c -- the paper's method: a task loss and a robustness loss at Theta*. */
#include "loss.h"
#include "method.h"

/* Theta* of the last forward pass at theta; then robust, its gradient with respect to the
 * nominal logits in `dlogits` and to Theta* in dstar, both weighted. */
static void attack(struct lesson *lesson, const float *theta, float *dlogits)
{
    size_t scores = lesson->count * lesson->network->class_count;
    float weight = (float)(lesson->recipe.beta_rob * lesson_warmth(lesson));
    lesson_attack(lesson, theta);
    lesson->robust = lesson_robust(lesson, dlogits);
    for (size_t i = 0; i < scores; i++)
        dlogits[i] *= weight;
    if (lesson->recipe.constant)
        return;
    lesson_star_backward(lesson, weight);
}

/* The gradient's path through Theta*. */
static void pull_back(struct lesson *lesson, const float *theta)
{
    if (!lesson->recipe.constant)
        adversary_pull_back(&lesson->recipe.adversary, theta, lesson->star, lesson->dstar,
                            lesson->network->parameter_count, lesson->gradient);
}

void method_beta(struct lesson *lesson)
{
    const float *theta = lesson_thin(lesson);
    float *dlogits = lesson->attack.dlogits;
    lesson_forward(lesson, theta);
    attack(lesson, theta, dlogits);
    for (size_t i = 0; i < lesson->count * lesson->network->class_count; i++)
        lesson->dlogits[i] += dlogits[i];
    lesson_backward(lesson, theta, lesson->gradient);
    pull_back(lesson, theta);
}

/* The gradient of the pass before stays while the net runs at Theta. */
void method_add_robust(struct lesson *lesson)
{
    float *nominal = lesson->attack.gradient;
    const float *theta = lesson->recipe.dropout > 0 ? lesson->thinned : lesson->theta;
    net_forward(lesson->net, theta, lesson->inputs, lesson->count, lesson->logits, NULL);
    attack(lesson, theta, lesson->dlogits);
    net_backward(lesson->net, theta, lesson->inputs, lesson->count, lesson->dlogits, NULL,
                 nominal);
    lesson_hold(lesson, nominal);
    for (size_t i = 0; i < lesson->network->parameter_count; i++)
        lesson->gradient[i] += nominal[i];
    pull_back(lesson, theta);
}

void method_beta_noise(struct lesson *lesson)
{
    method_forward_noise(lesson);
    method_add_robust(lesson);
}
