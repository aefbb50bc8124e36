#include "loss.h"

#include <math.h>
#include <string.h>

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

/* log((e^a + e^b) / 2) */
static double log_mean(double a, double b)
{
    double top = a > b ? a : b, low = a > b ? b : a;
    return top + log1p(exp(low - top)) - M_LN2;
}

/* One sample; log_p and log_q become half of log(P / M) and log(Q / M). */
static double halves(double *log_p, double *log_q, double *p, double *q, size_t classes)
{
    double value = 0;
    for (size_t j = 0; j < classes; j++) {
        double middle = log_mean(log_p[j], log_q[j]);
        p[j] = exp(log_p[j]);
        q[j] = exp(log_q[j]);
        log_p[j] = 0.5 * (log_p[j] - middle);
        log_q[j] = 0.5 * (log_q[j] - middle);
        value += p[j] * log_p[j] + q[j] * log_q[j];
    }
    return value;
}

/* d value / d logits[j] = P_j (u_j - sum P u), for d value / d P = u. */
static void through_softmax(const double *p, const double *u, size_t classes, double scale,
                            float *out)
{
    double mean = 0;
    for (size_t j = 0; j < classes; j++)
        mean += p[j] * u[j];
    for (size_t j = 0; j < classes; j++)
        out[j] = (float)(scale * p[j] * (u[j] - mean));
}

double loss_jensen_shannon(const float *p, const float *q, size_t count, size_t classes,
                           float *dp, float *dq)
{
    require(classes <= CLASSES);
    double half_p[CLASSES], half_q[CLASSES], a[CLASSES], b[CLASSES];
    double total = 0, scale = 1 / (double)count;
    for (size_t s = 0; s < count; s++) {
        size_t row = s * classes;
        log_softmax(p + row, classes, half_p);
        log_softmax(q + row, classes, half_q);
        total += halves(half_p, half_q, a, b, classes);
        if (dp)
            through_softmax(a, half_p, classes, scale, dp + row);
        if (dq)
            through_softmax(b, half_q, classes, scale, dq + row);
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

size_t loss_runner_up(const float *logits, size_t classes, size_t label)
{
    size_t best = label == 0;
    for (size_t j = 0; j < classes; j++)
        if (j != label && logits[j] > logits[best])
            best = j;
    return best;
}

double loss_margin(const float *logits, const uint8_t *labels, size_t count, size_t classes,
                   float *dlogits)
{
    double total = 0;
    float scale = 1 / (float)count;
    memset(dlogits, 0, count * classes * sizeof *dlogits);
    for (size_t s = 0; s < count; s++) {
        const float *row = logits + s * classes;
        size_t next = loss_runner_up(row, classes, labels[s]);
        double lead = (double)row[next] - row[labels[s]];
        if (lead >= 0)
            continue;
        total += lead;
        dlogits[s * classes + next] = scale;
        dlogits[s * classes + labels[s]] = -scale;
    }
    return total / (double)count;
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
