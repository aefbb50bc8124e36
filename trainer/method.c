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

/* Forward at Theta; dlogits and drates become the task loss's gradient. */
static void task_loss(struct lesson *lesson)
{
    size_t classes = lesson->network->class_count, units = rate_units(lesson);
    net_forward(lesson->net, lesson->theta, lesson->inputs, lesson->count, lesson->logits,
                units ? lesson->rates : NULL);
    lesson->correct = loss_correct(lesson->logits, lesson->labels, lesson->count, classes);
    lesson->loss = loss_cross_entropy(lesson->logits, lesson->labels, lesson->count, classes,
                                      lesson->dlogits);
    if (units)
        lesson->loss += loss_rates(lesson->rates, lesson->count, units, rate_strength,
                                   rate_target, lesson->drates);
    lesson->robust = 0;
}

static void backward(struct lesson *lesson)
{
    net_backward(lesson->net, lesson->theta, lesson->inputs, lesson->count, lesson->dlogits,
                 rate_units(lesson) ? lesson->drates : NULL, lesson->gradient);
    initial_clear_diagonal(lesson->network, lesson->gradient);
}

static void standard_gradient(struct lesson *lesson)
{
    task_loss(lesson);
    backward(lesson);
}

/* The adversary's goal: KL from the nominal softmax. */
static double divergence_goal(const void *context, const float *logits, size_t count,
                              float *dlogits)
{
    const struct lesson *lesson = context;
    return loss_divergence(lesson->logits, logits, count, lesson->network->class_count, NULL,
                           dlogits);
}

static void beta_gradient(struct lesson *lesson)
{
    size_t classes = lesson->network->class_count;
    size_t parameters = lesson->network->parameter_count;
    size_t scores = lesson->count * classes;
    float *dp = lesson->attack.dlogits, weight = (float)lesson->beta_rob;

    /* Find Theta*. */
    task_loss(lesson);
    struct batch batch = {lesson->attacked, lesson->inputs, lesson->count};
    struct goal goal = {divergence_goal, lesson};
    adversary_attack(&lesson->adversary, &lesson->attack, &batch, lesson->theta, goal,
                     lesson->seed, lesson->step, lesson->star);

    /* The robustness loss at Theta and Theta*. */
    net_forward(lesson->attacked, lesson->star, lesson->inputs, lesson->count,
                lesson->star_logits, NULL);
    lesson->robust = loss_divergence(lesson->logits, lesson->star_logits, lesson->count, classes,
                                     dp, lesson->star_dlogits);
    for (size_t i = 0; i < scores; i++) {
        lesson->dlogits[i] += weight * dp[i];
        lesson->star_dlogits[i] *= weight;
    }

    /* Its gradient through both arguments. */
    backward(lesson);
    net_backward(lesson->attacked, lesson->star, lesson->inputs, lesson->count,
                 lesson->star_dlogits, NULL, lesson->dstar);
    initial_clear_diagonal(lesson->network, lesson->dstar);
    adversary_pull_back(lesson->theta, lesson->star, lesson->dstar, parameters,
                        lesson->gradient);
}

const struct method method_table[] = {
    {"standard", "cross-entropy", 0, standard_gradient},
    {"beta", "cross-entropy + beta-rob * KL to the adversary's parameters", 1, beta_gradient},
    {NULL, NULL, 0, NULL},
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
    lesson->gradient = fault_alloc_aligned(parameters, sizeof(float));
    lesson->logits = fault_alloc_aligned(scores, sizeof(float));
    lesson->dlogits = fault_alloc_aligned(scores, sizeof(float));
    size_t units = rate_units(lesson);
    lesson->rates = fault_alloc_aligned(batch * units, sizeof(float));
    lesson->drates = fault_alloc_aligned(batch * units, sizeof(float));
    if (!method->attacks)
        return;
    lesson->attacked = net_new(network, batch);
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
    free(lesson->star);
    free(lesson->dstar);
    free(lesson->star_logits);
    free(lesson->star_dlogits);
    attack_clear(&lesson->attack);
    memset(lesson, 0, sizeof *lesson);
}
