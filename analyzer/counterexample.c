/* counterexample.c -- see counterexample.h. */
#include "counterexample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/box_floats.h"
#include "analyzer/domains/domain.h"
#include "analyzer/numbers/engine_double.h"
#include "analyzer/numbers/engine_mpfr.h"
#include "analyzer/numbers/rounding.h"
#include "analyzer/verdict.h"
#include "network/net.h"
#include "specs/random.h"
#include "trainer/loss.h"

/* Vectors of one attempt that float32 takes for wrong and mpfr does not: enough of them,
 * and the attempt is given up, for each costs a proof. */
#define MOST_REFUSED 3

struct counterexample {
    const struct network *network;
    struct box box, point; /* box: a view of the parameters' */
    struct counterexample_budget budget;
    int bits;
    float *lower, *upper; /* [parameters] the box in float32, inward */
};

struct counterexample_work {
    struct net *net;
    float *gradient;
    float *logits, *dlogits;
    size_t refused;
};

enum loss { LOSS_MARGIN, LOSS_CROSS_ENTROPY, LOSSES };

struct counterexample *counterexample_new(const struct network *network, const struct box *box,
                                          const struct counterexample_budget *budget, int bits)
{
    struct counterexample *search = fault_alloc(1, sizeof *search);
    struct fault fault;
    search->network = network;
    search->box = box_weights(box);
    search->budget = *budget;
    search->bits = bits;
    require(budget->steps > 0 && box_init(&search->point, BOX_RELATIVE, "0", &fault) == 0);
    search->lower = fault_alloc_aligned(network->parameter_count, sizeof(float));
    search->upper = fault_alloc_aligned(network->parameter_count, sizeof(float));
    box_floats(box, network, search->lower, search->upper);
    return search;
}

void counterexample_free(struct counterexample *search)
{
    if (!search)
        return;
    box_clear(&search->point);
    free(search->lower);
    free(search->upper);
    free(search);
}

struct counterexample_work *counterexample_work_new(const struct counterexample *search)
{
    const struct network *n = search->network;
    struct counterexample_work *work = fault_alloc(1, sizeof *work);
    work->net = net_new(n, 1);
    work->gradient = fault_alloc_aligned(n->parameter_count, sizeof(float));
    work->logits = fault_alloc_aligned(n->class_count, sizeof(float));
    work->dlogits = fault_alloc_aligned(n->class_count, sizeof(float));
    return work;
}

void counterexample_work_free(struct counterexample_work *work)
{
    if (!work)
        return;
    net_free(work->net);
    free(work->gradient);
    free(work->logits);
    free(work->dlogits);
    free(work);
}

/* Is some other logit proven at least as great at exactly these parameters? */
static int refuted_by(const struct engine *engine, const struct counterexample *search,
                      const float *input, int label, const float *star)
{
    struct network moved = *search->network;
    struct margins margins;
    moved.theta = (float *)star; /* only read */
    struct domain *domain = domain_new(engine, &moved, &search->point, NULL);
    if (!domain)
        return 0;
    struct analysis *analysis = analysis_new(domain);
    domain_bound(domain, analysis, &input, &label, 1, &margins, NULL);
    int refuted = verdict_refutes(&margins, search->network->class_count, label);
    analysis_free(analysis);
    domain_free(domain);
    return refuted;
}

int counterexample_confirm(const struct counterexample *search, const float *input, int label,
                           const float *star)
{
    struct rounding_scope scope;
    rounding_enter_nearest(&scope);
    int inside = box_contains(&search->box, search->network, star, NULL);
    rounding_leave(&scope);
    /* double first: it is quick to say no */
    return inside && refuted_by(engine_double(), search, input, label, star) &&
           refuted_by(engine_mpfr(search->bits), search, input, label, star);
}

/* Gradient of the loss that is to grow. */
static void push(enum loss loss, const struct counterexample_work *work, size_t classes, int label)
{
    uint8_t byte = (uint8_t)label;
    if (loss == LOSS_CROSS_ENTROPY) {
        loss_cross_entropy(work->logits, &byte, 1, classes, work->dlogits);
        return;
    }
    memset(work->dlogits, 0, classes * sizeof *work->dlogits);
    work->dlogits[loss_runner_up(work->logits, classes, (size_t)label)] = 1;
    work->dlogits[label] = -1;
}

static void start(const struct counterexample *search, size_t restart, uint64_t seed,
                  uint64_t draw, float *star)
{
    const struct network *n = search->network;
    uint64_t stream = RANDOM_ATTACK_START + ((draw * search->budget.restarts + restart) << 8);
    memcpy(star, n->theta, n->parameter_count * sizeof *star);
    for (size_t i = 0; restart && i < n->parameter_count; i++) {
        float u = (float)random_uniform(seed, stream, i);
        float at = search->lower[i] + u * (search->upper[i] - search->lower[i]);
        star[i] = fminf(fmaxf(at, search->lower[i]), search->upper[i]);
    }
}

/* One sign step uphill.  Returns 0 where no gradient leads anywhere. */
static int climb(const struct counterexample *search, const float *gradient, float *star)
{
    const float *lower = search->lower, *upper = search->upper;
    float part = 1 / (float)search->budget.steps;
    int moved = 0;
    for (size_t i = 0; i < search->network->parameter_count; i++) {
        float sign = (float)(gradient[i] > 0) - (float)(gradient[i] < 0);
        float at = star[i] + sign * part * (upper[i] - lower[i]);
        at = at < lower[i] ? lower[i] : at;
        star[i] = at > upper[i] ? upper[i] : at;
        moved |= sign != 0;
    }
    return moved;
}

static void snap(const struct counterexample *search, float *star)
{
    const float *theta = search->network->theta;
    for (size_t i = 0; i < search->network->parameter_count; i++)
        star[i] = star[i] > theta[i]   ? search->upper[i]
                  : star[i] < theta[i] ? search->lower[i]
                                       : theta[i];
}

/* Run star; is it a counterexample? */
static int look(const struct counterexample *search, struct counterexample_work *work,
                const float *input, int label, const float *star,
                struct counterexample_tally *tally)
{
    size_t classes = search->network->class_count;
    net_forward(work->net, star, input, 1, work->logits, NULL);
    tally->runs++;
    float best = work->logits[loss_runner_up(work->logits, classes, (size_t)label)];
    if (!(best >= work->logits[label]) || work->refused >= MOST_REFUSED)
        return 0;
    tally->proposed++;
    if (counterexample_confirm(search, input, label, star))
        return 1;
    work->refused++;
    return 0;
}

static int attempt(const struct counterexample *search, struct counterexample_work *work,
                   const float *input, int label, enum loss loss, float *star,
                   struct counterexample_tally *tally)
{
    work->refused = 0;
    for (size_t t = 0; t < search->budget.steps; t++) {
        if (look(search, work, input, label, star, tally))
            return 1;
        push(loss, work, search->network->class_count, label);
        net_backward(work->net, star, input, 1, work->dlogits, NULL, work->gradient);
        if (!climb(search, work->gradient, star))
            return 0;
    }
    if (look(search, work, input, label, star, tally))
        return 1;
    snap(search, star);
    return look(search, work, input, label, star, tally);
}

int counterexample_find(const struct counterexample *search, struct counterexample_work *work,
                        const float *input, int label, uint64_t seed, uint64_t draw, float *star,
                        struct counterexample_tally *tally)
{
    struct counterexample_tally own = {0, 0};
    struct counterexample_tally *counts = tally ? tally : &own;
    if (search->network->class_count < 2)
        return 0;
    for (size_t restart = 0; restart < search->budget.restarts; restart++)
        for (enum loss loss = 0; loss < LOSSES; loss++) {
            start(search, restart, seed, draw, star);
            if (attempt(search, work, input, label, loss, star, counts))
                return 1;
        }
    return 0;
}
