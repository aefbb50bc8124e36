#include "certified_feedforward.h"

#include "loss.h"

#define LARGE 20.0

void certified_feedforward_gradient(struct lesson *lesson, const float *theta)
{
    const struct recipe *recipe = &lesson->recipe;
    size_t classes = lesson->network->class_count, scores = lesson->count * classes;
    double ramp = lesson_ramp(lesson), share = ramp * recipe->certify_weight;
    float *worst = lesson->margins, *dworst = lesson->dmargins;

    lesson_forward(lesson, theta);
    for (size_t i = 0; i < scores; i++)
        lesson->dlogits[i] *= (float)(1 - share);
    lesson_backward(lesson, theta, lesson->gradient);

    interval_forward(lesson->interval, theta, ramp * recipe->certify_zeta, lesson->inputs,
                     lesson->labels, lesson->count, worst);
    for (size_t i = 0; i < scores; i++)
        worst[i] = -worst[i];
    lesson->robust = loss_cross_entropy(worst, lesson->labels, lesson->count, classes, dworst);
    for (size_t i = 0; i < scores; i++)
        dworst[i] *= -(float)(share * (lesson->robust > LARGE ? LARGE / lesson->robust : 1));
    interval_backward(lesson->interval, theta, lesson->count, dworst, lesson->bound_gradient);
    for (size_t i = 0; i < lesson->network->parameter_count; i++)
        lesson->gradient[i] += lesson->bound_gradient[i];
}
