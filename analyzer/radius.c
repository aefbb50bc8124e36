/* radius.c -- see radius.h. */
#include "radius.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/prover_store.h"
#include "analyzer/referee.h"

#define PER_DECADE 40
#define LOWEST_EXPONENT (-7)

/* 100 times 10^(k/40), to the nearest whole number. */
static const int mantissas[PER_DECADE] = {
    100, 106, 112, 119, 126, 133, 141, 150, 158, 168, 178, 188, 200, 211, 224, 237, 251, 266, 282,
    299, 316, 335, 355, 376, 398, 422, 447, 473, 501, 531, 562, 596, 631, 668, 708, 750, 794, 841,
    891, 944};

void radius_text(int rung, char text[RADIUS_TEXT])
{
    if (rung == RADIUS_NONE) {
        strcpy(text, "0");
        return;
    }
    int mantissa = mantissas[rung % PER_DECADE];
    snprintf(text, RADIUS_TEXT, "%d.%02de%d", mantissa / 100 % 10, mantissa % 100,
             LOWEST_EXPONENT + rung / PER_DECADE);
}

/* Progress of one attempt within the whole. */
struct part {
    prover_progress *progress;
    void *context;
    size_t before, skipped, total;
};

static int on_part(void *context, size_t done, size_t total)
{
    const struct part *part = context;
    (void)total;
    return part->progress ? part->progress(part->context, part->before + done - part->skipped,
                                           part->total) : 0;
}

/* Try one rung on the samples whose bisection stands there. */
static int try_rung(const struct prover *prover, int rung, const int *middle, size_t *chosen,
                    struct part *part, struct sample_result *results, struct radius_run *run,
                    struct fault *fault)
{
    struct box box;
    char zeta[RADIUS_TEXT];
    size_t count = 0;
    for (size_t i = 0; i < prover->count; i++)
        if (middle[i] == rung) {
            results[i] = prover->nominal[i];
            results[i].verdict = VERDICT_UNKNOWN;
            results[i].method = METHOD_NONE;
            chosen[count++] = i;
        }
    if (!count)
        return 0;
    radius_text(rung, zeta);
    if (prover_box(&prover->settings, prover->network, zeta, &box, fault))
        return -1;
    part->skipped = prover->count - count;
    int failed = prover_attempt(prover, &box, chosen, count, on_part, part, results,
                                &run->interrupted, fault);
    part->before += count;
    box_clear(&box);
    return failed;
}

/* Where samples stand: proven at `low`, not at `high`. */
static int bisect(struct prover *prover, int *low, int *high, int *middle, size_t *chosen,
                  struct part *part, struct radius_run *run, struct fault *fault)
{
    struct sample_result *results = fault_alloc(prover->count, sizeof *results);
    int failed = 0;
    for (int level = 0; level < RADIUS_LEVELS && !failed && !run->interrupted; level++) {
        for (size_t i = 0; i < prover->count; i++)
            middle[i] = high[i] - low[i] > 1 ? (low[i] + high[i]) / 2 : RADIUS_RUNGS;
        for (int rung = 0; rung < RADIUS_RUNGS && !failed && !run->interrupted; rung++)
            failed = try_rung(prover, rung, middle, chosen, part, results, run, fault);
        for (size_t i = 0; i < prover->count && !failed; i++) {
            if (middle[i] == RADIUS_RUNGS)
                continue;
            if (results[i].verdict == VERDICT_CERTIFIED) {
                low[i] = middle[i];
                run->results[i] = results[i];
            } else {
                high[i] = middle[i];
            }
        }
    }
    free(results);
    return failed;
}

static int review(const struct prover *prover, struct radius_run *run, struct fault *fault)
{
    struct prover_run all = {.samples = run->samples, .results = run->results};
    unsigned char *chosen = fault_alloc(run->samples, 1);
    unsigned char *here = fault_alloc(run->samples, 1);
    int failed = 0;
    referee_choose(&prover->settings, &all, chosen);
    for (int rung = 0; rung < RADIUS_RUNGS && !failed; rung++) {
        struct box box;
        char zeta[RADIUS_TEXT];
        int wanted = 0;
        for (size_t i = 0; i < run->samples; i++)
            wanted |= here[i] = chosen[i] && run->rung[i] == rung;
        radius_text(rung, zeta);
        if (!wanted)
            continue;
        failed = prover_box(&prover->settings, prover->network, zeta, &box, fault);
        if (failed)
            break;
        failed = referee_examine(prover->network, prover->set, prover->first, &prover->settings,
                                 &box, here, &all, fault);
        box_clear(&box);
    }
    run->refereed = all.refereed;
    run->contradictions = all.contradictions;
    free(chosen);
    free(here);
    return failed;
}

int radius_find(struct prover *prover, prover_progress *progress, void *context,
                struct radius_run *run, struct fault *fault)
{
    size_t count = prover->count;
    double wall = prover_clock(CLOCK_MONOTONIC), cpu = prover_clock(CLOCK_PROCESS_CPUTIME_ID);
    struct part part = {progress, context, 0, 0, RADIUS_LEVELS * count};
    *run = (struct radius_run){.samples = count, .interrupted = prover->interrupted};
    run->rung = fault_alloc(count, sizeof *run->rung);
    run->falsified_rung = fault_alloc(count, sizeof *run->falsified_rung);
    run->results = fault_alloc(count, sizeof *run->results);
    int *high = fault_alloc(2 * count, sizeof *high), *middle = high + count;
    size_t *chosen = fault_alloc(count, sizeof *chosen);
    for (size_t i = 0; i < count; i++) {
        run->results[i] = prover->nominal[i];
        run->rung[i] = run->falsified_rung[i] = RADIUS_NONE;
        high[i] = prover->nominal[i].nominal == NOMINAL_CORRECT ? RADIUS_RUNGS : RADIUS_NONE;
    }
    int failed = bisect(prover, run->rung, high, middle, chosen, &part, run, fault);
    run->seconds = prover_clock(CLOCK_MONOTONIC) - wall;
    run->cpu_seconds = prover_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (!failed && prover->settings.engine == PROVER_DOUBLE && run->interrupted != PROVER_STOP)
        failed = review(prover, run, fault);
    run->referee_seconds = prover_clock(CLOCK_MONOTONIC) - wall - run->seconds;
    free(high);
    free(chosen);
    if (failed)
        radius_clear(run);
    return failed;
}

void radius_clear(struct radius_run *run)
{
    free(run->rung);
    free(run->falsified_rung);
    free(run->results);
    run->rung = run->falsified_rung = NULL;
    run->results = NULL;
}

static int by_rung(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

int radius_quantile(const struct radius_run *run, double share)
{
    int *sorted = fault_alloc(run->samples, sizeof *sorted);
    memcpy(sorted, run->rung, run->samples * sizeof *sorted);
    qsort(sorted, run->samples, sizeof *sorted, by_rung);
    size_t at = (size_t)(share * (double)run->samples);
    int rung = sorted[at < run->samples ? at : run->samples - 1];
    free(sorted);
    return rung;
}
