/* prover.c -- see prover.h. */
#include "prover.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/domains/linear.h"
#include "analyzer/numbers/engine_double.h"
#include "analyzer/numbers/engine_mpfr.h"
#include "analyzer/numbers/rounding.h"
#include "analyzer/prover_pass.h"
#include "analyzer/prover_store.h"
#include "analyzer/referee.h"

#define NOMINAL_BITS_FIRST 128
#define NOMINAL_BITS_LAST 1024

int prover_box(const struct prover_settings *settings, const struct network *network,
               const char *zeta, struct box *box, struct fault *fault)
{
    return box_make(box, &settings->box, zeta, network, settings->folded, fault);
}

double prover_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static struct bounder_settings bounder_settings(const struct prover_settings *settings)
{
    return (struct bounder_settings){settings->criterion, settings->disjuncts,
                                     settings->splits, settings->seconds, settings->budget,
                                     settings->refine};
}

static const struct engine *engine_of(const struct prover_settings *settings)
{
    return settings->engine == PROVER_MPFR ? engine_mpfr(settings->bits) : engine_double();
}

static void take_nominal(const struct pass *pass, size_t index, const struct margins *margins,
                         size_t splits)
{
    const struct prover *prover = pass->prover;
    struct sample_result *result = pass->into + index;
    size_t classes = prover->network->class_count;
    int label = prover->set->labels[prover->first + index];
    (void)splits;
    result->predicted = verdict_predicted(margins, classes);
    result->method = pass->method;
    result->margin_lower =
        verdict_margin_lower(margins, classes, label, prover->settings.criterion);
    if (verdict_proves(margins, classes, label, CRITERION_MARGIN))
        result->nominal = NOMINAL_CORRECT;
    else if (verdict_refutes(margins, classes, label))
        result->nominal = NOMINAL_WRONG;
    result->done = 1;
}

/* Indices of samples whose nominal verdict is open. */
static size_t open_samples(const struct prover *prover, size_t *chosen)
{
    size_t count = 0;
    for (size_t i = 0; i < prover->count; i++)
        if (prover->nominal[i].nominal == NOMINAL_OPEN)
            chosen[count++] = i;
    return count;
}

/* `bits` tells engines of one name apart. */
static int decide_nominal_on(struct prover *prover, const struct engine *engine, int bits,
                             const struct box *point, size_t *chosen, prover_progress *progress,
                             void *context, struct fault *fault)
{
    size_t open = open_samples(prover, chosen);
    if (!open || prover->interrupted)
        return 0;
    struct bounder_settings settings = bounder_settings(&prover->settings);
    struct bounder *bounder =
        bounder_new(METHOD_BOX, engine, prover->network, point, &settings, fault);
    if (!bounder)
        return -1;
    struct pass pass = {
        .prover = prover, .bounder = bounder, .method = METHOD_BOX, .chosen = chosen,
        .count = open, .block = pass_block(prover->network, engine, METHOD_BOX, open),
        .take = take_nominal, .into = prover->nominal, .progress = progress, .context = context,
        .done_before = prover->count - open, .total = prover->count,
    };
    snprintf(pass.stage, sizeof pass.stage, "nominal:%s:%d", engine->name, bits);
    prover->interrupted = pass_run(&pass);
    bounder_free(bounder);
    return 0;
}

/* Double first, then ever finer mpfr for what stays open. */
static int decide_nominal(struct prover *prover, prover_progress *progress, void *context,
                          struct fault *fault)
{
    struct box point;
    if (box_init(&point, BOX_RELATIVE, "0", fault))
        return -1;
    size_t *chosen = fault_alloc(prover->count, sizeof *chosen);
    int failed = decide_nominal_on(prover, engine_of(&prover->settings), 0, &point, chosen,
                                   progress, context, fault);
    for (int bits = NOMINAL_BITS_FIRST; !failed && bits <= NOMINAL_BITS_LAST; bits *= 2)
        failed = decide_nominal_on(prover, engine_mpfr(bits), bits, &point, chosen,
                                   progress, context, fault);
    free(chosen);
    box_clear(&point);
    return failed;
}

struct prover *prover_new(const struct network *network, const struct dataset *set,
                          size_t first, size_t count, const struct prover_settings *settings,
                          prover_progress *progress, void *context, struct fault *fault)
{
    if (set->features != network->input_count || set->classes != network->class_count) {
        fault_set(fault, "%s: %zu values and %zu classes per sample, but the network takes "
                  "%zu and %zu", set->name, set->features, set->classes,
                  network->input_count, network->class_count);
        return NULL;
    }
    if (settings->refine && linear_check(network, fault))
        return NULL;
    struct prover *prover = fault_alloc(1, sizeof *prover);
    prover->network = network;
    prover->set = set;
    prover->first = first;
    prover->count = count;
    prover->settings = *settings;
    prover->nominal = fault_alloc(count, sizeof *prover->nominal);
    require(first + count <= set->count);
    if (decide_nominal(prover, progress, context, fault)) {
        prover_free(prover);
        return NULL;
    }
    return prover;
}

void prover_free(struct prover *prover)
{
    if (!prover)
        return;
    free(prover->nominal);
    free(prover);
}

/* The best bound counts; a verdict stays. */
static void take_verdict(const struct pass *pass, size_t index, const struct margins *margins,
                         size_t splits)
{
    const struct prover *prover = pass->prover;
    struct sample_result *result = pass->into + index;
    size_t classes = prover->network->class_count;
    int label = prover->set->labels[prover->first + index];
    enum criterion criterion = prover->settings.criterion;
    double margin = verdict_margin_lower(margins, classes, label, criterion);
    int proven = verdict_proves(margins, classes, label, criterion);
    result->done = 1;
    if (!proven && result->method != METHOD_NONE && !(margin > result->margin_lower))
        return;
    result->margin_lower = margin;
    result->method = pass->method;
    result->splits = splits;
    if (proven)
        result->verdict = VERDICT_CERTIFIED;
    result->suspect = proven && margin < 1e-9 * verdict_scale(margins, classes, label);
}

/* Start from the nominal verdicts; list the samples that are worth bounding. */
static size_t begin(const struct prover *prover, struct prover_run *run, size_t *chosen)
{
    size_t count = 0;
    for (size_t i = 0; i < prover->count; i++) {
        struct sample_result *result = &run->results[i];
        *result = prover->nominal[i];
        result->verdict = VERDICT_UNKNOWN;
        if (result->nominal == NOMINAL_WRONG)
            result->verdict = VERDICT_MISCLASSIFIED;
        if (result->nominal != NOMINAL_CORRECT)
            continue;
        result->done = 0;
        result->method = METHOD_NONE;
        result->margin_lower = -INFINITY;
        chosen[count++] = i;
    }
    return count;
}

static void tally(struct prover_run *run)
{
    for (size_t i = 0; i < run->samples; i++) {
        const struct sample_result *r = &run->results[i];
        run->done += r->done != 0;
        run->nominal += r->nominal == NOMINAL_CORRECT;
        run->certified += r->verdict == VERDICT_CERTIFIED;
        run->falsified += r->verdict == VERDICT_FALSIFIED;
        run->misclassified += r->verdict == VERDICT_MISCLASSIFIED;
        run->unknown += r->verdict == VERDICT_UNKNOWN;
    }
}

/* At zeta 0 the box is a point and the nominal proof is the proof. */
static void adopt_nominal(const struct prover *prover, struct prover_run *run)
{
    if (prover->settings.criterion != CRITERION_MARGIN)
        return;
    for (size_t i = 0; i < run->samples; i++) {
        struct sample_result *result = &run->results[i];
        if (result->nominal == NOMINAL_CORRECT && result->verdict == VERDICT_UNKNOWN) {
            result->verdict = VERDICT_CERTIFIED;
            result->margin_lower = prover->nominal[i].margin_lower;
            result->adopted = 1;
        }
    }
}

/* Of the chosen samples, those still undecided, in order. */
static size_t undecided(const struct sample_result *results, size_t *chosen, size_t count)
{
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        if (results[chosen[i]].verdict == VERDICT_UNKNOWN)
            chosen[left++] = chosen[i];
    return left;
}

/* The exact size and the method say all that a result in the journal depends on. */
static void name_stage(const struct box *box, enum method method, char stage[JOURNAL_STAGE])
{
    char *size = mpq_get_str(NULL, 10, box->zeta);
    void (*release)(void *, size_t);
    prover_journal_name(stage, "prove", size, method_name(method));
    mp_get_memory_functions(NULL, NULL, &release);
    release(size, strlen(size) + 1);
}

int prover_attempt(const struct prover *prover, const struct box *box, size_t *chosen,
                   size_t count, prover_progress *progress, void *context,
                   struct sample_result *results, int *interrupted, struct fault *fault)
{
    const struct engine *engine = engine_of(&prover->settings);
    struct bounder_settings settings = bounder_settings(&prover->settings);
    enum method methods[BOUNDER_METHODS];
    int used = bounder_methods(prover->settings.domain, prover->network, box->beyond, methods,
                               fault);
    if (used < 0)
        return -1;
    for (int m = 0; m < used && count && !*interrupted; m++) {
        struct bounder *bounder =
            bounder_new(methods[m], engine, prover->network, box, &settings, fault);
        if (!bounder)
            return -1;
        struct pass pass = {
            .prover = prover, .bounder = bounder, .method = methods[m], .chosen = chosen,
            .count = count, .block = pass_block(prover->network, engine, methods[m], count),
            .take = take_verdict, .into = results, .progress = progress, .context = context,
            .done_before = prover->count - count, .total = prover->count,
        };
        name_stage(box, methods[m], pass.stage);
        *interrupted = pass_run(&pass);
        bounder_free(bounder);
        count = undecided(results, chosen, count);
    }
    return 0;
}

int prover_decide(struct prover *prover, const char *zeta, prover_progress *progress,
                  void *context, struct prover_run *run, struct fault *fault)
{
    *run = (struct prover_run){.zeta = zeta, .samples = prover->count};
    struct box box;
    if (prover_box(&prover->settings, prover->network, zeta, &box, fault))
        return -1;
    run->results = fault_alloc(prover->count, sizeof *run->results);
    size_t *chosen = fault_alloc(prover->count, sizeof *chosen);
    double wall = prover_clock(CLOCK_MONOTONIC), cpu = prover_clock(CLOCK_PROCESS_CPUTIME_ID);
    size_t count = begin(prover, run, chosen);
    run->interrupted = prover->interrupted;
    int failed = prover_attempt(prover, &box, chosen, count, progress, context, run->results,
                                &run->interrupted, fault);
    if (!failed && !prover->interrupted && box_is_point(&box))
        adopt_nominal(prover, run);
    run->seconds = prover_clock(CLOCK_MONOTONIC) - wall;
    run->cpu_seconds = prover_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (!failed && prover->settings.engine == PROVER_DOUBLE && run->interrupted != PROVER_STOP)
        failed = referee_review(prover->network, prover->set, prover->first, &prover->settings,
                                &box, run, fault);
    tally(run);
    free(chosen);
    box_clear(&box);
    if (failed)
        prover_run_clear(run);
    return failed;
}

void prover_run_clear(struct prover_run *run)
{
    free(run->results);
    run->results = NULL;
}
