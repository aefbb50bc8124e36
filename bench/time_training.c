/* time_training.c -- training steps: forward, backward and the optimiser on one batch. */
#include "bench.h"

#include <stdio.h>

void step_init(struct step *step, struct subject *subject, const char *method, size_t batch,
               enum optimiser_kind optimiser)
{
    struct network *network = &subject->model.network;
    *step = (struct step){.method = method_find(method), .theta = network->theta};
    lesson_init(&step->lesson, step->method, network, batch);
    step->lesson.recipe.adversary =
        (struct adversary){.steps = 10, .zeta = 0.1, .start = 0.001, .scale = 1};
    step->lesson.recipe.beta_rob = 0.25;
    step->lesson.theta = network->theta;
    step->lesson.inputs = subject->set.inputs;
    step->lesson.labels = subject->set.labels;
    step->lesson.count = batch;
    optimiser_init(&step->optimiser, optimiser, network->trainable_count);
}

void step_run(void *context)
{
    struct step *step = context;
    step->method->gradient(&step->lesson);
    optimiser_step(&step->optimiser, step->theta, step->lesson.gradient, 1e-5);
    net_track(step->lesson.net, step->theta);
}

void step_clear(struct step *step)
{
    optimiser_clear(&step->optimiser);
    lesson_clear(&step->lesson);
}

static void time_step(const char *name, struct subject *subject, const char *method, size_t batch)
{
    struct step step;
    step_init(&step, subject, method, batch, OPTIMISER_ADAM);
    bench_print(name, bench_best(step_run, &step, 5));
    step_clear(&step);
}

void time_cnn(const char *folder)
{
    struct subject cnn;
    subject_load(&cnn, folder, "fmnist");
    time_step("cnn-step-plain", &cnn, "standard", 128);
    time_step("cnn-step-attacked", &cnn, "beta", 128);
    subject_clear(&cnn);
}

/* One LSNN: its step, and how much of it is alive, which is what our time depends on. */
static void time_spiking(const char *name, struct subject *lsnn)
{
    struct step step;
    char rate[64];
    double sum = 0;
    step_init(&step, lsnn, "standard", 100, OPTIMISER_ADAM);
    bench_print(name, bench_best(step_run, &step, 5));
    size_t values = 100 * lsnn->model.network.lsnn.units;
    for (size_t i = 0; i < values; i++)
        sum += step.lesson.rates[i];
    snprintf(rate, sizeof rate, "%s-rate", name);
    bench_print(rate, sum / (double)values);
    step_clear(&step);
    subject_clear(lsnn);
}

void time_lsnn(const char *folder)
{
    struct subject lsnn;
    subject_load(&lsnn, folder, "ecg");
    time_spiking("lsnn-step-ecg", &lsnn);
    subject_lsnn(&lsnn, folder, "causal6", 100, 6, 4);
    time_spiking("lsnn-step-causal6", &lsnn);
    subject_lsnn(&lsnn, folder, "speech", 98, 40, 8);
    time_spiking("lsnn-step-speech", &lsnn);
}

void time_resnet(const char *folder)
{
    struct subject resnet;
    struct step step;
    (void)folder; /* time does not depend on the numbers */
    subject_resnet(&resnet);
    step_init(&step, &resnet, "standard", 256, OPTIMISER_SGD);
    step.optimiser.weight_decay = 5e-4;
    bench_print("resnet-step", bench_best(step_run, &step, 3));
    step_clear(&step);
    subject_clear(&resnet);
}
