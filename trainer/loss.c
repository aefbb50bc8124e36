#include "loss.h"

#include <math.h>

#include "specs/fault.h"

#define CLASSES 256 /* a label is a byte */

/* out[j] = log softmax(logits)[j] */
static void log_softmax(const float *logits, size_t classes, double *out)
{
    double top = -INFINITY, sum = 0;
    for (size_t j = 0; j < classes; j++)
        top = logits[j] > top ? logits[j] : top;
    for (size_t j = 0; j < classes; j++)
        sum += exp(logits[j] - top);
    double base = top + log(sum);
    for (size_t j = 0; j < classes; j++)
        out[j] = logits[j] - base;
}

double loss_cross_entropy(const float *logits, const uint8_t *labels, size_t count,
                          size_t classes, float *dlogits)
{
    require(classes <= CLASSES);
    double scores[CLASSES], total = 0, scale = 1 / (double)count;
    for (size_t s = 0; s < count; s++) {
        log_softmax(logits + s * classes, classes, scores);
        total -= scores[labels[s]];
        for (size_t j = 0; j < classes; j++)
            dlogits[s * classes + j] = (float)(scale * (exp(scores[j]) - (j == labels[s])));
    }
    return total * scale;
}

double loss_divergence(const float *p, const float *q, size_t count, size_t classes,
                       float *dp, float *dq)
{
    require(classes <= CLASSES);
    double log_p[CLASSES], log_q[CLASSES], total = 0, scale = 1 / (double)count;
    for (size_t s = 0; s < count; s++) {
        size_t row = s * classes;
        log_softmax(p + row, classes, log_p);
        log_softmax(q + row, classes, log_q);
        double divergence = 0;
        for (size_t j = 0; j < classes; j++)
            divergence += exp(log_p[j]) * (log_p[j] - log_q[j]);
        for (size_t j = 0; dp && j < classes; j++)
            dp[row + j] = (float)(scale * exp(log_p[j]) * (log_p[j] - log_q[j] - divergence));
        for (size_t j = 0; dq && j < classes; j++)
            dq[row + j] = (float)(scale * (exp(log_q[j]) - exp(log_p[j])));
        total += divergence;
    }
    return total * scale;
}

double loss_rates(const float *rates, size_t count, size_t units, double strength,
                  double target, float *drates)
{
    double total = 0;
    for (size_t i = 0; i < count * units; i++) {
        double excess = rates[i] - target;
        total += excess * excess;
        drates[i] = (float)(2 * strength * excess);
    }
    return strength * total;
}

size_t loss_correct(const float *logits, const uint8_t *labels, size_t count, size_t classes)
{
    size_t correct = 0;
    for (size_t s = 0; s < count; s++) {
        const float *row = logits + s * classes;
        size_t beaten = 0;
        for (size_t j = 0; j < classes; j++)
            beaten += j != labels[s] && row[labels[s]] > row[j];
        correct += beaten + 1 == classes;
    }
    return correct;
}
