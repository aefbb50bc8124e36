/* setattack.c -- see setattack.h. */
#include "setattack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "network/net.h"
#include "specs/random.h"
#include "trainer/loss.h"

#define BATCH 256

const char *const setattack_loss_names[SETATTACK_LOSSES] = {"cross-entropy", "kl", "margin"};

/* What passes over the set share. */
struct pass {
    const struct setattack *attack;
    struct net *net;
    float *nominal;          /* [samples, classes], for the divergence; else NULL */
    float *logits, *dlogits; /* [BATCH, classes] */
    float *part, *gradient;  /* [parameters] of a batch, of the set */
};

static size_t batch_at(const struct dataset *set, size_t first)
{
    return set->count - first < BATCH ? set->count - first : BATCH;
}

static void pass_begin(struct pass *p, const struct setattack *attack, enum setattack_loss loss)
{
    const struct network *n = attack->network;
    const struct dataset *set = attack->set;
    *p = (struct pass){.attack = attack, .net = net_new(n, BATCH)};
    p->logits = fault_alloc_aligned(BATCH * n->class_count, sizeof(float));
    p->dlogits = fault_alloc_aligned(BATCH * n->class_count, sizeof(float));
    p->part = fault_alloc_aligned(n->parameter_count, sizeof(float));
    p->gradient = fault_alloc_aligned(n->parameter_count, sizeof(float));
    if (loss != SETATTACK_DIVERGENCE)
        return;
    p->nominal = fault_alloc_aligned(set->count * n->class_count, sizeof(float));
    for (size_t first = 0; first < set->count; first += BATCH)
        net_forward(p->net, n->theta, set->inputs + first * set->features, batch_at(set, first),
                    p->nominal + first * n->class_count, NULL);
}

static void pass_end(struct pass *p)
{
    net_free(p->net);
    free(p->nominal);
    free(p->logits);
    free(p->dlogits);
    free(p->part);
    free(p->gradient);
}

/* Gradient of the batch's mean loss into dlogits. */
static void push(struct pass *p, enum setattack_loss loss, size_t first, size_t count)
{
    const uint8_t *labels = p->attack->set->labels + first;
    size_t classes = p->attack->network->class_count;
    if (loss == SETATTACK_CROSS_ENTROPY)
        loss_cross_entropy(p->logits, labels, count, classes, p->dlogits);
    else if (loss == SETATTACK_MARGIN)
        loss_margin(p->logits, labels, count, classes, p->dlogits);
    else
        loss_divergence(p->nominal + first * classes, p->logits, count, classes, NULL,
                        p->dlogits);
}

/* Samples right at star, and the gradient of the loss over the set where `loss` is not NULL. */
static size_t run(struct pass *p, const enum setattack_loss *loss, const float *star)
{
    const struct dataset *set = p->attack->set;
    const struct network *n = p->attack->network;
    size_t correct = 0;
    memset(p->gradient, 0, n->parameter_count * sizeof *p->gradient);
    for (size_t first = 0; first < set->count; first += BATCH) {
        size_t count = batch_at(set, first);
        const float *inputs = set->inputs + first * set->features;
        float share = (float)count / (float)set->count;
        net_forward(p->net, star, inputs, count, p->logits, NULL);
        correct += loss_correct(p->logits, set->labels + first, count, set->classes);
        if (!loss)
            continue;
        push(p, *loss, first, count);
        net_backward(p->net, star, inputs, count, p->dlogits, NULL, p->part);
        for (size_t i = 0; i < n->parameter_count; i++)
            p->gradient[i] += share * p->part[i];
    }
    return correct;
}

static float clip(const struct setattack *a, size_t i, float at)
{
    return fminf(fmaxf(at, a->lower[i]), a->upper[i]);
}

static void begin(const struct setattack *a, const struct setattack_attempt *attempt, float *star)
{
    const float *theta = a->network->theta;
    uint64_t stream = RANDOM_ATTACK_START + (attempt->draw << 8);
    for (size_t i = 0; i < a->network->parameter_count; i++) {
        double at = attempt->start < 0
                        ? a->lower[i] + random_uniform(a->seed, stream, i) *
                                            ((double)a->upper[i] - a->lower[i])
                        : theta[i] + attempt->start * fabs((double)theta[i]) *
                                         (attempt->start > 0 ? random_normal(a->seed, stream, i)
                                                             : 0);
        star[i] = clip(a, i, (float)at);
    }
}

static void climb(const struct pass *p, const struct setattack_attempt *attempt, float *star)
{
    const struct setattack *a = p->attack;
    float part = (float)(attempt->scale / (double)attempt->steps / 2);
    for (size_t i = 0; i < a->network->parameter_count; i++) {
        float sign = (float)(p->gradient[i] > 0) - (float)(p->gradient[i] < 0);
        star[i] = clip(a, i, star[i] + sign * part * (a->upper[i] - a->lower[i]));
    }
}

size_t setattack_run(const struct setattack *attack, const struct setattack_attempt *attempt,
                     setattack_progress *progress, void *context, float *star)
{
    size_t bytes = attack->network->parameter_count * sizeof *star, least = SIZE_MAX;
    float *at = fault_alloc_aligned(attack->network->parameter_count, sizeof *at);
    struct pass pass;
    pass_begin(&pass, attack, attempt->loss);
    begin(attack, attempt, at);
    memcpy(star, attack->network->theta, bytes);
    for (size_t t = 0; t <= attempt->steps; t++) {
        int end = t == attempt->steps;
        size_t correct = run(&pass, end ? NULL : &attempt->loss, at);
        if (correct < least || attempt->last) {
            least = correct;
            memcpy(star, at, bytes);
        }
        if (progress && progress(context))
            break;
        if (!end)
            climb(&pass, attempt, at);
    }
    pass_end(&pass);
    free(at);
    return least;
}

void setattack_corner(const struct setattack *a, uint64_t draw, float *star)
{
    uint64_t stream = RANDOM_SAMPLING + (draw << 8);
    for (size_t i = 0; i < a->network->parameter_count; i++)
        star[i] = random_u64(a->seed, stream, i) >> 63 ? a->upper[i] : a->lower[i];
}

size_t setattack_look(const struct setattack *attack, const float *star, unsigned char *wrong)
{
    const struct dataset *set = attack->set;
    struct net *net = net_new(attack->network, BATCH);
    float *logits = fault_alloc_aligned(BATCH * set->classes, sizeof *logits);
    size_t correct = 0;
    for (size_t first = 0; first < set->count; first += BATCH) {
        size_t count = batch_at(set, first);
        net_forward(net, star, set->inputs + first * set->features, count, logits, NULL);
        for (size_t s = 0; s < count; s++) {
            size_t right = loss_correct(logits + s * set->classes, set->labels + first + s, 1,
                                        set->classes);
            wrong[first + s] = !right;
            correct += right;
        }
    }
    free(logits);
    net_free(net);
    return correct;
}
