/* referee.c -- see referee.h. */
#include "referee.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/numbers/engine_double.h"
#include "analyzer/numbers/engine_mpfr.h"
#include "specs/random.h"

/* What double bounded; a verdict adopted from mpfr needs no second opinion of it. */
static int reviewable(const struct sample_result *result)
{
    return result->nominal == NOMINAL_CORRECT && result->done && !result->adopted;
}

static void choose_by_hash(const struct prover_settings *settings, size_t wanted,
                           const struct prover_run *run, unsigned char *chosen)
{
    size_t eligible = 0, taken = 0;
    for (size_t i = 0; i < run->samples; i++)
        eligible += (size_t)reviewable(&run->results[i]);
    if (wanted > eligible)
        wanted = eligible;
    for (uint64_t draw = 0; taken < wanted; draw++) {
        size_t i = (size_t)(random_u64(settings->seed, RANDOM_CHOICE, draw) % run->samples);
        if (chosen[i] || !reviewable(&run->results[i]))
            continue;
        chosen[i] = 1;
        taken++;
    }
}

void referee_choose(const struct prover_settings *settings, const struct prover_run *run,
                    unsigned char *chosen)
{
    switch (settings->referee) {
    case REFEREE_OFF:
        return;
    case REFEREE_FULL:
        for (size_t i = 0; i < run->samples; i++)
            chosen[i] = (unsigned char)reviewable(&run->results[i]);
        return;
    case REFEREE_PERCENT:
        choose_by_hash(settings,
                       (size_t)ceil(settings->referee_percent / 100 * (double)run->samples),
                       run, chosen);
        break;
    case REFEREE_SAMPLES:
        choose_by_hash(settings, REFEREE_DEFAULT_SAMPLES, run, chosen);
        break;
    }
    for (size_t i = 0; i < run->samples; i++)
        chosen[i] |= run->results[i].suspect && reviewable(&run->results[i]);
}

int referee_contradicts(const struct sample_result *by_double, const struct margins *by_mpfr,
                        size_t classes, int label, enum criterion criterion)
{
    double margin = verdict_margin_lower(by_mpfr, classes, label, criterion);
    if (by_double->verdict == VERDICT_CERTIFIED &&
        !verdict_proves(by_mpfr, classes, label, criterion))
        return 1;
    return !(margin >= by_double->margin_lower);
}

/* The two engines on one box, by one method. */
struct review {
    const struct network *network;
    const struct dataset *set;
    const struct prover_settings *settings;
    size_t first;
    struct bounder *by_double, *by_mpfr;
};

/* A run that double does not repeat, or mpfr cannot follow, is as bad as a bound. */
static int review_sample(const struct review *r, size_t index, struct bounder_work *double_work,
                         struct bounder_work *mpfr_work, const struct sample_result *result)
{
    const float *input = r->set->inputs + (r->first + index) * r->set->features;
    int label = r->set->labels[r->first + index];
    size_t classes = r->network->class_count;
    enum criterion criterion = r->settings->criterion;
    struct margins again, margins;
    if (bounder_compare(r->by_double, double_work, r->by_mpfr, mpfr_work, input, label,
                        result->splits, &again, &margins))
        return 1;
    return verdict_margin_lower(&again, classes, label, criterion) != result->margin_lower ||
           referee_contradicts(result, &margins, classes, label, criterion);
}

static size_t review_all(const struct review *r, const struct prover_run *run,
                         enum method method, const unsigned char *chosen)
{
    size_t contradictions = 0;
#pragma omp parallel reduction(+ : contradictions)
    {
        struct bounder_work *double_work = bounder_work_new(r->by_double);
        struct bounder_work *mpfr_work = bounder_work_new(r->by_mpfr);
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < run->samples; i++)
            if (chosen[i] && run->results[i].method == method)
                contradictions += (size_t)review_sample(r, i, double_work, mpfr_work,
                                                        &run->results[i]);
        bounder_work_free(double_work);
        bounder_work_free(mpfr_work);
    }
    return contradictions;
}

static int review_method(struct review *r, enum method method, const struct box *box,
                         const unsigned char *chosen, struct prover_run *run,
                         struct fault *fault)
{
    const struct prover_settings *s = r->settings;
    struct bounder_settings settings = {s->criterion, s->disjuncts, s->splits, 0, s->budget,
                                        s->refine};
    size_t wanted = 0;
    for (size_t i = 0; i < run->samples; i++)
        wanted += chosen[i] && run->results[i].method == method;
    if (!wanted)
        return 0;
    r->by_double = bounder_new(method, engine_double(), r->network, box, &settings, fault);
    r->by_mpfr = bounder_new(method, engine_mpfr(s->bits), r->network, box, &settings, fault);
    int failed = !r->by_double || !r->by_mpfr;
    if (!failed)
        run->contradictions += review_all(r, run, method, chosen);
    bounder_free(r->by_double);
    bounder_free(r->by_mpfr);
    run->refereed += wanted;
    return failed ? -1 : 0;
}

int referee_examine(const struct network *network, const struct dataset *set, size_t first,
                    const struct prover_settings *settings, const struct box *box,
                    const unsigned char *chosen, struct prover_run *run, struct fault *fault)
{
    struct review review = {.network = network, .set = set, .settings = settings,
                            .first = first};
    int failed = review_method(&review, METHOD_BOX, box, chosen, run, fault) ||
                 review_method(&review, METHOD_TRACE, box, chosen, run, fault) ||
                 review_method(&review, METHOD_LINEAR, box, chosen, run, fault);
    return failed ? -1 : 0;
}

int referee_review(const struct network *network, const struct dataset *set, size_t first,
                   const struct prover_settings *settings, const struct box *box,
                   struct prover_run *run, struct fault *fault)
{
    double began = prover_clock(CLOCK_MONOTONIC);
    unsigned char *chosen = fault_alloc(run->samples, 1);
    referee_choose(settings, run, chosen);
    int failed = referee_examine(network, set, first, settings, box, chosen, run, fault);
    free(chosen);
    run->referee_seconds = prover_clock(CLOCK_MONOTONIC) - began;
    return failed;
}
