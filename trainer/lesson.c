#include "lesson.h"

#include <stdlib.h>
#include <string.h>

#include "dropout.h"
#include "initial.h"
#include "loss.h"
#include "method.h"
#include "specs/fault.h"

static const double rate_strength = 0.001, rate_target = 0.01;

static size_t rate_units(const struct network *network)
{
    return network->kind == NETWORK_LSNN ? network->lsnn.units : 0;
}

static void draw_lots(struct lesson *lesson, const struct method *method)
{
    size_t parameters = lesson->network->parameter_count;
    lesson->dropped = fault_alloc(dropout_units(lesson->network), 1);
    if (method->uses & USES_DROPOUT)
        lesson->thinned = fault_alloc_aligned(parameters, sizeof(float));
    if (method->uses & (USES_NOISE | USES_AWAY))
        lesson->noisy = fault_alloc_aligned(parameters, sizeof(float));
    if (method->gradient == method_entropy)
        lesson->mean = fault_alloc_aligned(parameters, sizeof(float));
    if (method->step)
        lesson->ascends = fault_alloc(parameters, 1);
}

static void meet_adversary(struct lesson *lesson, size_t batch)
{
    size_t parameters = lesson->network->parameter_count;
    size_t scores = batch * lesson->network->class_count;
    size_t rates = batch * rate_units(lesson->network);
    lesson->attacked = net_new(lesson->network, batch);
    net_training(lesson->attacked, 1);
    lesson->star = fault_alloc_aligned(parameters, sizeof(float));
    lesson->dstar = fault_alloc_aligned(parameters, sizeof(float));
    lesson->star_logits = fault_alloc_aligned(scores, sizeof(float));
    lesson->star_dlogits = fault_alloc_aligned(scores, sizeof(float));
    lesson->star_rates = fault_alloc_aligned(rates, sizeof(float));
    lesson->star_drates = fault_alloc_aligned(rates, sizeof(float));
    attack_init(&lesson->attack, parameters, batch, lesson->network->class_count);
}

/* The bound that images are certified by. */
static void meet_prover(struct lesson *lesson, size_t batch)
{
    size_t scores = batch * lesson->network->class_count;
    lesson->interval = interval_new(lesson->network, batch);
    lesson->margins = fault_alloc_aligned(scores, sizeof(float));
    lesson->dmargins = fault_alloc_aligned(scores, sizeof(float));
    lesson->bound_gradient = fault_alloc_aligned(lesson->network->parameter_count, sizeof(float));
}

void lesson_init(struct lesson *lesson, const struct method *method,
                 const struct network *network, size_t batch)
{
    size_t scores = batch * network->class_count, rates = batch * rate_units(network);
    memset(lesson, 0, sizeof *lesson);
    lesson->network = network;
    lesson->recipe = recipe_default(method, NULL);
    lesson->net = net_new(network, batch);
    net_training(lesson->net, 1);
    lesson->gradient = fault_alloc_aligned(network->parameter_count, sizeof(float));
    lesson->logits = fault_alloc_aligned(scores, sizeof(float));
    lesson->dlogits = fault_alloc_aligned(scores, sizeof(float));
    lesson->rates = fault_alloc_aligned(rates, sizeof(float));
    lesson->drates = fault_alloc_aligned(rates, sizeof(float));
    draw_lots(lesson, method);
    if (method->uses & USES_ATTACK)
        meet_adversary(lesson, batch);
    if ((method->uses & USES_CERTIFY) && network->kind == NETWORK_FEEDFORWARD)
        meet_prover(lesson, batch);
    lesson_scope(lesson, NULL);
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
    free(lesson->star_rates);
    free(lesson->star_drates);
    free(lesson->noisy);
    free(lesson->mean);
    free(lesson->ascends);
    free(lesson->thinned);
    free(lesson->dropped);
    free(lesson->margins);
    free(lesson->dmargins);
    free(lesson->bound_gradient);
    interval_free(lesson->interval);
    attack_clear(&lesson->attack);
    input_attack_free(lesson->input_attack);
    free(lesson->moved);
    memset(lesson, 0, sizeof *lesson);
}

void lesson_scope(struct lesson *lesson, const unsigned char *out)
{
    scope_init(&lesson->scope, lesson->network, out);
    lesson->attack.scope = lesson->scope;
}

const float *lesson_thin(struct lesson *lesson)
{
    const struct network *network = lesson->network;
    if (lesson->recipe.dropout == 0)
        return lesson->theta;
    dropout_draw(network, lesson->recipe.dropout, lesson->seed, lesson->step, lesson->dropped);
    memcpy(lesson->thinned, lesson->theta, network->parameter_count * sizeof(float));
    dropout_clear(network, lesson->dropped, lesson->thinned);
    return lesson->thinned;
}

void lesson_hold(const struct lesson *lesson, float *values)
{
    initial_clear_diagonal(lesson->network, values);
    if (lesson->recipe.dropout > 0)
        dropout_clear(lesson->network, lesson->dropped, values);
}

/* The firing-rate penalty; a dropped neuron is silent, and nothing it does counts. */
static double penalty(const struct lesson *lesson, float *rates, float *drates)
{
    size_t units = rate_units(lesson->network);
    for (size_t i = 0; i < lesson->count * units; i++)
        if (lesson->dropped[i % units])
            rates[i] = 0;
    double value = loss_rates(rates, lesson->count, units, rate_strength, rate_target, drates);
    for (size_t i = 0; i < lesson->count * units; i++)
        if (lesson->dropped[i % units])
            drates[i] = 0;
    return value;
}

static double task_loss(const struct lesson *lesson, const float *logits, float *rates,
                        float *dlogits, float *drates)
{
    double value = loss_cross_entropy(logits, lesson->labels, lesson->count,
                                      lesson->network->class_count, dlogits);
    if (rate_units(lesson->network))
        value += penalty(lesson, rates, drates);
    return value;
}

void lesson_forward(struct lesson *lesson, const float *theta)
{
    int rates = rate_units(lesson->network) > 0;
    net_forward(lesson->net, theta, lesson->inputs, lesson->count, lesson->logits,
                rates ? lesson->rates : NULL);
    lesson->correct = loss_correct(lesson->logits, lesson->labels, lesson->count,
                                   lesson->network->class_count);
    lesson->loss = task_loss(lesson, lesson->logits, lesson->rates, lesson->dlogits,
                             lesson->drates);
    lesson->robust = 0;
}

void lesson_backward(struct lesson *lesson, const float *theta, float *gradient)
{
    int rates = rate_units(lesson->network) > 0;
    net_backward(lesson->net, theta, lesson->inputs, lesson->count, lesson->dlogits,
                 rates ? lesson->drates : NULL, gradient);
    lesson_hold(lesson, gradient);
}

void lesson_task(struct lesson *lesson, const float *theta, float *gradient)
{
    lesson_forward(lesson, theta);
    lesson_backward(lesson, theta, gradient);
}

/* The robustness loss at attacked logits q, and its derivatives. */
static double robust_loss(const struct lesson *lesson, const float *q, float *dp, float *dq)
{
    const float *p = lesson->logits;
    size_t count = lesson->count, classes = lesson->network->class_count;
    switch (lesson->recipe.attack_loss) {
    case ATTACK_KL:
        return loss_divergence(p, q, count, classes, dp, dq);
    case ATTACK_REVERSE_KL:
        return loss_divergence(q, p, count, classes, dq, dp);
    case ATTACK_JS:
        return loss_jensen_shannon(p, q, count, classes, dp, dq);
    case ATTACK_CROSS_ENTROPY:
        if (dp)
            memset(dp, 0, count * classes * sizeof *dp);
        return task_loss(lesson, q, lesson->star_rates, dq, lesson->star_drates);
    }
    require(!"an attack loss");
    return 0;
}

static double attacked_loss(const void *context, const float *logits, size_t count,
                            float *dlogits)
{
    const struct lesson *lesson = context;
    require(count == lesson->count);
    return robust_loss(lesson, logits, NULL, dlogits);
}

static void held(const void *context, float *values)
{
    lesson_hold(context, values);
}

/* Whether the attacked loss looks at firing rates. */
static int looks_at_rates(const struct lesson *lesson)
{
    return lesson->recipe.attack_loss == ATTACK_CROSS_ENTROPY && rate_units(lesson->network);
}

void lesson_attack(struct lesson *lesson, const float *theta)
{
    int rates = looks_at_rates(lesson);
    struct batch batch = {lesson->attacked, lesson->inputs, lesson->count};
    struct goal goal = {.loss = attacked_loss, .context = lesson, .hold = held,
                        .rates = rates ? lesson->star_rates : NULL,
                        .drates = rates ? lesson->star_drates : NULL};
    adversary_attack(&lesson->recipe.adversary, &lesson->attack, &batch, theta, goal,
                     lesson->seed, lesson->step, lesson->star);
}

double lesson_robust(struct lesson *lesson, float *dlogits)
{
    net_forward(lesson->attacked, lesson->star, lesson->inputs, lesson->count,
                lesson->star_logits, looks_at_rates(lesson) ? lesson->star_rates : NULL);
    return robust_loss(lesson, lesson->star_logits, dlogits, lesson->star_dlogits);
}

void lesson_star_backward(struct lesson *lesson, double weight)
{
    size_t scores = lesson->count * lesson->network->class_count;
    size_t rates = looks_at_rates(lesson) ? lesson->count * rate_units(lesson->network) : 0;
    for (size_t i = 0; i < scores; i++)
        lesson->star_dlogits[i] *= (float)weight;
    for (size_t i = 0; i < rates; i++)
        lesson->star_drates[i] *= (float)weight;
    net_backward(lesson->attacked, lesson->star, lesson->inputs, lesson->count,
                 lesson->star_dlogits, rates ? lesson->star_drates : NULL, lesson->dstar);
    lesson_hold(lesson, lesson->dstar);
}

double lesson_warmth(const struct lesson *lesson)
{
    double warm_up = lesson->recipe.warm_up;
    return lesson->epochs < warm_up ? lesson->epochs / warm_up : 1;
}

double lesson_ramp(const struct lesson *lesson)
{
    double ramp = lesson->recipe.certify_ramp;
    return lesson->done < ramp ? lesson->done / ramp : 1;
}
