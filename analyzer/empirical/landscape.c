/* landscape.c -- see landscape.h. */
#include "landscape.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "console/journal.h"
#include "network/net.h"
#include "trainer/loss.h"
#include "trainer/noise.h"

#define BATCH 256

/* Noise of steps that no training run and no chip of mismatch.c reaches. */
#define FIRST_STEP ((uint64_t)1 << 52)

void landscape_direction(const struct landscape *l, uint64_t d, float *v)
{
    const float *theta = l->network->theta;
    struct scope scope;
    scope_init(&scope, l->network, NULL);
    noise_draw(l->network, &scope, NOISE_RELATIVE, l->reach, theta, l->seed, FIRST_STEP + d, v);
    for (size_t i = 0; i < l->network->parameter_count; i++)
        v[i] -= theta[i];
}

static struct landscape_point look(const struct landscape *l, struct net *net, const float *theta,
                                   float *logits)
{
    const struct dataset *set = l->set;
    float *unused = logits + BATCH * set->classes;
    struct landscape_point point = {0, 0};
    for (size_t first = 0; first < set->count; first += BATCH) {
        size_t count = set->count - first < BATCH ? set->count - first : BATCH;
        const uint8_t *labels = set->labels + first;
        net_forward(net, theta, set->inputs + first * set->features, count, logits, NULL);
        point.loss += loss_cross_entropy(logits, labels, count, set->classes, unused) *
                      (double)count / (double)set->count;
        point.correct += loss_correct(logits, labels, count, set->classes);
    }
    return point;
}

/* Is point i in the journal? */
static int recall(const struct landscape *l, size_t i, struct landscape_point *point)
{
    const char *text = l->journal ? journal_recall(l->journal, i) : NULL;
    return text && sscanf(text, "%la %zu", &point->loss, &point->correct) == 2;
}

static void keep(const struct landscape *l, size_t i, const struct landscape_point *point)
{
    char text[64];
    snprintf(text, sizeof text, "%a %zu", point->loss, point->correct);
    if (l->journal)
        journal_keep(l->journal, i, text);
}

size_t landscape_measure(const struct landscape *l, const float *v, const double *alpha,
                         const float *w, const double *beta, size_t count,
                         landscape_progress *progress, void *context,
                         struct landscape_point *points)
{
    size_t n = l->network->parameter_count, done = 0;
    struct net *net = net_new(l->network, BATCH);
    float *at = fault_alloc_aligned(n, sizeof *at);
    float *logits = fault_alloc_aligned(2 * BATCH * l->set->classes, sizeof *logits);
    while (done < count) {
        if (!recall(l, done, &points[done])) {
            for (size_t i = 0; i < n; i++)
                at[i] = (float)(l->network->theta[i] + alpha[done] * v[i] +
                                (w ? beta[done] * w[i] : 0));
            points[done] = look(l, net, at, logits);
            keep(l, done, &points[done]);
        }
        done++;
        if (progress && progress(context))
            break;
    }
    free(logits);
    free(at);
    net_free(net);
    return done;
}

static double smooth(const struct landscape_point *points, size_t window)
{
    double sum = 0;
    for (size_t i = 0; i < window; i++)
        sum += points[i].loss;
    return sum / (double)window;
}

double landscape_slope(const struct landscape_point *points, size_t count, size_t window,
                       double spacing)
{
    require(window >= 1 && count > window);
    size_t steps = count - window;
    double sum = 0;
    for (size_t i = 0; i < steps; i++)
        sum += fabs(smooth(points + i + 1, window) - smooth(points + i, window));
    return sum / (double)steps / spacing;
}
