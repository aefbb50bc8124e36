/* method_noise.c -- methods that only make the network or its parameters unreliable. */
#include "method.h"

void method_standard(struct lesson *lesson)
{
    lesson_task(lesson, lesson_thin(lesson), lesson->gradient);
}

/* Theta~ of `theta`, without the dropped units. */
static void shake(struct lesson *lesson, const float *theta)
{
    const struct recipe *recipe = &lesson->recipe;
    noise_draw(lesson->network, &lesson->scope, recipe->noise_kind, recipe->noise, theta,
               lesson->seed, lesson->step, lesson->noisy);
    lesson_hold(lesson, lesson->noisy);
}

void method_forward_noise(struct lesson *lesson)
{
    shake(lesson, lesson_thin(lesson));
    lesson_task(lesson, lesson->noisy, lesson->gradient);
}
