#include "method.h"

#include <stdlib.h>
#include <string.h>

#include "initial.h"
#include "loss.h"
#include "specs/fault.h"

static const double rate_strength = 0.001, rate_target = 0.01;

static size_t rate_units(const struct lesson *lesson)
{
    return lesson->network->kind == NETWORK_LSNN ? lesson->network->lsnn.units : 0;
}

/* Forward at `theta`; dlogits and drates become the task loss's gradient. */
static void task_loss(struct lesson *lesson, const float *theta)
{
    size_t classes = lesson->network->class_count, units = rate_units(lesson);
    net_forward(lesson->net, theta, lesson->inputs, lesson->count, lesson->logits,
                units ? lesson->rates : NULL);
    lesson->correct = loss_correct(lesson->logits, lesson->labels, lesson->count, classes);
    lesson->loss = loss_cross_entropy(lesson->logits, lesson->labels, lesson->count, classes,
                                      lesson->dlogits);
    if (units)
        lesson->loss += loss_rates(lesson->rates, lesson->count, units, rate_strength,
                                   rate_target, lesson->drates);
    lesson->robust = 0;
}

/* The gradient of what task_loss found, at the same `theta`. */
static void task_gradient(struct lesson *lesson, const float *theta)
{
    net_backward(lesson->net, theta, lesson->inputs, lesson->count, lesson->dlogits,
                 rate_units(lesson) ? lesson->drates : NULL, lesson->gradient);
    initial_clear_diagonal(lesson->network, lesson->gradient);
}

static void standard_gradient(struct lesson *lesson)
{
    task_loss(lesson, lesson->theta);
    task_gradient(lesson, lesson->theta);
}

static void noise_gradient(struct lesson *lesson)
{
    noise_draw(lesson->network, &lesson->scope, lesson->noise_kind, lesson->noise, lesson->theta,
               lesson->seed, lesson->step, lesson->noisy);
    task_loss(lesson, lesson->noisy);
    task_gradient(lesson, lesson->noisy);
}

/* The adversary's goal: KL from the nominal softmax. */
static double divergence_goal(const void *context, const float *logits, size_t count,
                              float *dlogits)
{
    const struct lesson *lesson = context;
    return loss_divergence(lesson->logits, logits, count, lesson->network->class_count, NULL,
                           dlogits);
}

/* Theta* of the last forward pass at Theta; then robust, its gradient with respect to the
 * nominal logits in `dp` and to Theta* in dstar, both weighted by beta_rob. */
static void attack(struct lesson *lesson, float *dp)
{
    size_t classes = lesson->network->class_count, scores = lesson->count * classes;
    float weight = (float)lesson->beta_rob;
    struct batch batch = {lesson->attacked, lesson->inputs, lesson->count};
    struct goal goal = {divergence_goal, lesson};
    adversary_attack(&lesson->adversary, &lesson->attack, &batch, lesson->theta, goal,
                     lesson->seed, lesson->step, lesson->star);
    net_forward(lesson->attacked, lesson->star, lesson->inputs, lesson->count,
                lesson->star_logits, NULL);
    lesson->robust = loss_divergence(lesson->logits, lesson->star_logits, lesson->count, classes,
                                     dp, lesson->star_dlogits);
    for (size_t i = 0; i < scores; i++) {
        dp[i] *= weight;
        lesson->star_dlogits[i] *= weight;
    }
    net_backward(lesson->attacked, lesson->star, lesson->inputs, lesson->count,
                 lesson->star_dlogits, NULL, lesson->dstar);
    initial_clear_diagonal(lesson->network, lesson->dstar);
}

static void beta_gradient(struct lesson *lesson)
{
    float *dp = lesson->attack.dlogits;
    task_loss(lesson, lesson->theta);
    attack(lesson, dp);
    for (size_t i = 0; i < lesson->count * lesson->network->class_count; i++)
        lesson->dlogits[i] += dp[i];
    task_gradient(lesson, lesson->theta);
    adversary_pull_back(lesson->theta, lesson->star, lesson->dstar,
                        lesson->network->parameter_count, lesson->gradient);
}

/* The noisy pass first; its gradient stays while the net runs at Theta. */
static void beta_noise_gradient(struct lesson *lesson)
{
    size_t parameters = lesson->network->parameter_count;
    float *nominal = lesson->attack.gradient;
    noise_gradient(lesson);
    net_forward(lesson->net, lesson->theta, lesson->inputs, lesson->count, lesson->logits, NULL);
    attack(lesson, lesson->dlogits);
    net_backward(lesson->net, lesson->theta, lesson->inputs, lesson->count, lesson->dlogits, NULL,
                 nominal);
    initial_clear_diagonal(lesson->network, nominal);
    for (size_t i = 0; i < parameters; i++)
        lesson->gradient[i] += nominal[i];
    adversary_pull_back(lesson->theta, lesson->star, lesson->dstar, parameters,
                        lesson->gradient);
}

const struct method method_table[] = {
    {"standard", "cross-entropy", 0, 0, standard_gradient},
    {"forward-noise", "cross-entropy at noisy parameters", 0, 1, noise_gradient},
    {"beta", "cross-entropy + beta-rob * KL to the adversary's parameters", 1, 0, beta_gradient},
    {"beta-noise", "beta with the cross-entropy at noisy parameters", 1, 1, beta_noise_gradient},
    {NULL, NULL, 0, 0, NULL},
};

const struct method *method_find(const char *name)
{
    for (const struct method *method = method_table; method->name; method++)
        if (strcmp(method->name, name) == 0)
            return method;
    return NULL;
}

void lesson_init(struct lesson *lesson, const struct method *method,
                 const struct network *network, size_t batch)
{
    size_t scores = batch * network->class_count, parameters = network->parameter_count;
    memset(lesson, 0, sizeof *lesson);
    lesson->network = network;
    lesson->net = net_new(network, batch);
    net_training(lesson->net, 1);
    lesson->gradient = fault_alloc_aligned(parameters, sizeof(float));
    lesson->logits = fault_alloc_aligned(scores, sizeof(float));
    lesson->dlogits = fault_alloc_aligned(scores, sizeof(float));
    size_t units = rate_units(lesson);
    lesson->rates = fault_alloc_aligned(batch * units, sizeof(float));
    lesson->drates = fault_alloc_aligned(batch * units, sizeof(float));
    scope_init(&lesson->scope, network, NULL);
    if (method->noisy)
        lesson->noisy = fault_alloc_aligned(parameters, sizeof(float));
    if (!method->attacks)
        return;
    lesson->attacked = net_new(network, batch);
    net_training(lesson->attacked, 1);
    lesson->star = fault_alloc_aligned(parameters, sizeof(float));
    lesson->dstar = fault_alloc_aligned(parameters, sizeof(float));
    lesson->star_logits = fault_alloc_aligned(scores, sizeof(float));
    lesson->star_dlogits = fault_alloc_aligned(scores, sizeof(float));
    attack_init(&lesson->attack, parameters, batch, network->class_count);
}

void lesson_clear(struct lesson *lesson)
{
    if (lesson->net)
        net_free(lesson->net);
    if (lesson->attacked)
        net_free(lesson->attacked);
    free(lesson->gradient);
    free(lesson->logits);
    free(lesson->dlogits);
    free(lesson->rates);
    free(lesson->drates);
    free(lesson->noisy);
    free(lesson->star);
    free(lesson->dstar);
    free(lesson->star_logits);
    free(lesson->star_dlogits);
    attack_clear(&lesson->attack);
    memset(lesson, 0, sizeof *lesson);
}
