/* attack_plan.c -- see attack_plan.h. */
#include "attack_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/journal.h"

#define PAPER_STEPS 10
#define PAPER_START 0.001
#define STRONG_STEPS 20
#define STRONG_SCALE 2.5
#define STRONG_RESTARTS 2

int attack_plan_attempt(const struct attack_plan *plan, size_t i, struct setattack_attempt *a)
{
    int one = plan->loss >= 0                                   ? plan->loss
              : plan->paper && plan->loss == ATTACK_PLAN_OWN    ? SETATTACK_DIVERGENCE
                                                                : ATTACK_PLAN_ALL;
    size_t losses = one >= 0 ? 1 : SETATTACK_LOSSES;
    size_t restarts = plan->restarts ? plan->restarts : plan->paper ? 1 : STRONG_RESTARTS;
    *a = (struct setattack_attempt){.loss = SETATTACK_DIVERGENCE, .steps = PAPER_STEPS,
                                    .scale = 1, .start = PAPER_START, .last = plan->paper};
    if (!plan->paper && i-- == 0)
        return 1;
    if (i >= losses * restarts)
        return 0;
    size_t restart = i / losses;
    a->loss = (enum setattack_loss)(one >= 0 ? (size_t)one : i % losses);
    a->start = restart ? -1 : PAPER_START;
    a->draw = restart;
    a->steps = plan->steps ? plan->steps : plan->paper ? PAPER_STEPS : STRONG_STEPS;
    a->scale = plan->scale > 0 ? plan->scale : plan->paper ? 1 : STRONG_SCALE;
    return 1;
}

size_t attack_plan_passes(const struct attack_plan *plan)
{
    struct setattack_attempt a;
    size_t total = 0;
    for (size_t i = 0; attack_plan_attempt(plan, i, &a); i++)
        total += a.steps + 1;
    return total;
}

/* Passes on what is heard, and remembers that it was to stop. */
struct listener {
    setattack_progress *progress;
    void *context;
    int stop;
};

static int on_pass(void *context)
{
    struct listener *l = context;
    l->stop |= l->progress && l->progress(l->context);
    return l->stop;
}

/* Attempt i's count: by an earlier process, or by an attack whose vector is put into `at`. */
static size_t make(const struct setattack *attack, const struct setattack_attempt *a, size_t i,
                   struct journal *journal, struct listener *listener, float *at, int *known)
{
    const char *text = journal ? journal_recall(journal, i) : NULL;
    char count[32];
    *known = text != NULL;
    if (text)
        return strtoul(text, NULL, 10);
    size_t correct = setattack_run(attack, a, on_pass, listener, at);
    snprintf(count, sizeof count, "%zu", correct);
    if (journal && !listener->stop)
        journal_keep(journal, i, count);
    return correct;
}

struct attack_found attack_plan_run(const struct attack_plan *plan,
                                    const struct setattack *attack, struct journal *journal,
                                    setattack_progress *progress, void *context, float *star)
{
    size_t count = attack->network->parameter_count;
    float *at = fault_alloc_aligned(count, sizeof *at);
    struct attack_found found = {.correct = SIZE_MAX};
    struct listener listener = {progress, context, 0};
    struct setattack_attempt a;
    int known, missing = 0; /* star */
    for (size_t i = 0; !listener.stop && attack_plan_attempt(plan, i, &a); i++) {
        size_t correct = make(attack, &a, i, journal, &listener, at, &known);
        found.attempts++;
        if (correct >= found.correct)
            continue;
        found.correct = correct;
        found.strongest = a;
        missing = known;
        memcpy(star, at, count * sizeof *star);
    }
    if (missing && !listener.stop)
        setattack_run(attack, &found.strongest, on_pass, &listener, star);
    free(at);
    return found;
}
