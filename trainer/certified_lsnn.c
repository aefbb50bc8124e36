#include "certified_lsnn.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "initial.h"
#include "loss.h"
#include "specs/random.h"

static const double spike_weight = 0.01;

void certified_lsnn_constants(struct network *network)
{
    struct lsnn *lsnn = &network->lsnn;
    snprintf(lsnn->b0, sizeof lsnn->b0, "0.1");
    snprintf(lsnn->beta, sizeof lsnn->beta, "1.8");
    snprintf(lsnn->tau_ada, sizeof lsnn->tau_ada, "100");
}

static void draw(const struct network *network, int number, double scale, uint64_t seed,
                 float *theta)
{
    const struct tensor *tensor = &network->tensors[number];
    uint64_t stream = RANDOM_INITIAL + ((uint64_t)number << 8);
    for (size_t i = 0; i < tensor->count; i++)
        theta[tensor->offset + i] = (float)(scale * random_normal(seed, stream, i));
}

void certified_lsnn_initial(const struct network *network, uint64_t seed, float *theta)
{
    const struct lsnn *lsnn = &network->lsnn;
    memset(theta, 0, network->parameter_count * sizeof *theta);
    draw(network, lsnn->w_in, 3 * sqrt(2 / ((double)lsnn->inputs + 64)), seed, theta);
    draw(network, lsnn->w_rec, 0.2 / sqrt((double)lsnn->units), seed, theta);
    draw(network, lsnn->w_out, 0.3 * CERTIFIED_READOUT, seed, theta);
    initial_clear_diagonal(network, theta);
}

/* weight times the mean number of spikes per neuron and sample. */
static double spike_penalty(const struct lesson *lesson, double weight)
{
    const struct lsnn *lsnn = &lesson->network->lsnn;
    size_t all = lesson->count * lsnn->units;
    double share = weight * (double)lsnn->steps / (double)all, sum = 0;
    for (size_t i = 0; i < all; i++) {
        sum += lesson->rates[i];
        lesson->drates[i] = (float)share;
    }
    return share * sum;
}

void certified_lsnn_gradient(struct lesson *lesson, const float *theta)
{
    const struct recipe *recipe = &lesson->recipe;
    size_t classes = lesson->network->class_count;
    double ramp = lesson_ramp(lesson), weight = ramp * recipe->certify_weight;
    net_watch(lesson->net, ramp * recipe->certify_zeta, weight);
    net_forward(lesson->net, theta, lesson->inputs, lesson->count, lesson->logits, lesson->rates);
    lesson->correct = loss_correct(lesson->logits, lesson->labels, lesson->count, classes);
    for (size_t s = 0; s < lesson->count; s++)
        lesson->logits[s * classes + lesson->labels[s]] -= (float)recipe->certify_margin;
    lesson->loss = loss_cross_entropy(lesson->logits, lesson->labels, lesson->count, classes,
                                      lesson->dlogits) +
                   spike_penalty(lesson, ramp * spike_weight);
    lesson->robust = net_doubt(lesson->net);
    lesson_backward(lesson, theta, lesson->gradient);
    net_watch(lesson->net, 0, 0);
}
