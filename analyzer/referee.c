/* referee.c -- see referee.h. */
#include "referee.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/domains/domain.h"
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

static void choose(const struct prover_settings *settings, const struct prover_run *run,
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

/* The exact zero box is decided by the nominal proof, where mpfr has its say. */
static int review_sample(const struct network *network, const struct dataset *set, size_t sample,
                         const struct domain *domain, struct analysis *analysis,
                         enum criterion criterion, const struct sample_result *result)
{
    const float *input = set->inputs + sample * set->features;
    int label = set->labels[sample];
    struct margins margins;
    domain_bound(domain, analysis, &input, &label, 1, &margins, NULL);
    return referee_contradicts(result, &margins, network->class_count, label, criterion);
}

int referee_review(const struct network *network, const struct dataset *set, size_t first,
                   const struct prover_settings *settings, const struct box *box,
                   struct prover_run *run, struct fault *fault)
{
    double began = prover_clock(CLOCK_MONOTONIC);
    unsigned char *chosen = fault_alloc(run->samples, 1);
    choose(settings, run, chosen);
    for (size_t i = 0; i < run->samples; i++)
        run->refereed += chosen[i];
    struct domain *domain = NULL;
    if (run->refereed) {
        domain = domain_new(engine_mpfr(settings->bits), network, box, fault);
        if (!domain) {
            free(chosen);
            return -1;
        }
        size_t contradictions = 0;
#pragma omp parallel reduction(+ : contradictions)
        {
            struct analysis *analysis = analysis_new(domain);
#pragma omp for schedule(dynamic, 1)
            for (size_t i = 0; i < run->samples; i++)
                if (chosen[i])
                    contradictions +=
                        (size_t)review_sample(network, set, first + i, domain, analysis,
                                              settings->criterion, &run->results[i]);
            analysis_free(analysis);
        }
        run->contradictions = contradictions;
    }
    domain_free(domain);
    free(chosen);
    run->referee_seconds = prover_clock(CLOCK_MONOTONIC) - began;
    return 0;
}
