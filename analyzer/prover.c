/* prover.c -- see prover.h. */
#include "prover.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/domains/domain.h"
#include "analyzer/numbers/engine_double.h"
#include "analyzer/numbers/engine_mpfr.h"
#include "analyzer/numbers/rounding.h"
#include "analyzer/referee.h"

#define NOMINAL_BITS_FIRST 128
#define NOMINAL_BITS_LAST 1024

struct prover {
    const struct network *network;
    const struct dataset *set;
    size_t first, count;
    struct prover_settings settings;
    struct sample_result *nominal; /* [count]: nominal, predicted, margin at zeta 0 */
    double nominal_seconds;
    int interrupted;
};

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

static const struct engine *engine_of(const struct prover_settings *settings)
{
    return settings->engine == PROVER_MPFR ? engine_mpfr(settings->bits) : engine_double();
}

/* What a batch of samples is told to the domain, and what comes back. */
struct batch {
    const float *inputs[DOMAIN_BATCH];
    int labels[DOMAIN_BATCH];
    size_t index[DOMAIN_BATCH]; /* within the prover's samples */
    size_t count;
    struct margins margins[DOMAIN_BATCH];
};

static void batch_add(struct batch *batch, const struct prover *prover, size_t index)
{
    size_t sample = prover->first + index;
    batch->inputs[batch->count] = prover->set->inputs + sample * prover->set->features;
    batch->labels[batch->count] = prover->set->labels[sample];
    batch->index[batch->count++] = index;
}

/* A pass over chosen samples: which, and what to do with their bounds. */
struct pass {
    const struct prover *prover;
    const struct domain *domain;
    const size_t *chosen;
    size_t count, block;
    void (*take)(const struct prover *, size_t index, const struct margins *, void *into);
    void *into;
    prover_progress *progress;
    void *context;
    size_t done_before, total;
};

/* Tell progress; only one thread at a time gets here. */
static void report(const struct pass *pass, size_t *done, size_t more, int *stop)
{
#pragma omp critical(prover_progress)
    {
        *done += more;
        if (pass->progress && pass->progress(pass->context, pass->done_before + *done, pass->total))
            __atomic_store_n(stop, 1, __ATOMIC_RELAXED);
    }
}

static void bound_block(const struct pass *pass, struct analysis *analysis, struct batch *batch,
                        size_t block)
{
    batch->count = 0;
    for (size_t i = block * pass->block; i < pass->count && batch->count < pass->block; i++)
        batch_add(batch, pass->prover, pass->chosen[i]);
    domain_bound(pass->domain, analysis, batch->inputs, batch->labels, batch->count,
                 batch->margins, NULL);
    for (size_t i = 0; i < batch->count; i++)
        pass->take(pass->prover, batch->index[i], &batch->margins[i], pass->into);
}

/* Bound all chosen samples.  Returns nonzero if stopped. */
static int run_pass(const struct pass *pass)
{
    int stop = 0;
    size_t done = 0, blocks = (pass->count + pass->block - 1) / pass->block;
#pragma omp parallel
    {
        struct analysis *analysis = analysis_new(pass->domain);
        struct batch *batch = fault_alloc(1, sizeof *batch);
#pragma omp for schedule(dynamic, 1)
        for (size_t block = 0; block < blocks; block++) {
            if (__atomic_load_n(&stop, __ATOMIC_RELAXED))
                continue;
            bound_block(pass, analysis, batch, block);
            report(pass, &done, batch->count, &stop);
        }
        free(batch);
        analysis_free(analysis);
    }
    return stop;
}

/* Small blocks keep Ctrl-C quick and threads busy; full ones are for speed. */
static size_t block_size(const struct network *network, const struct engine *engine,
                         size_t count)
{
    if (!strcmp(engine->name, "mpfr"))
        return 1;
    if (network->kind == NETWORK_LSNN)
        return 8;
    size_t share = (count + (size_t)omp_get_max_threads() - 1) / (size_t)omp_get_max_threads();
    size_t block = share < DOMAIN_BATCH ? share : DOMAIN_BATCH;
    return block ? block : 1;
}

static void take_nominal(const struct prover *prover, size_t index,
                         const struct margins *margins, void *into)
{
    struct sample_result *result = (struct sample_result *)into + index;
    size_t classes = prover->network->class_count;
    int label = prover->set->labels[prover->first + index];
    result->predicted = verdict_predicted(margins, classes);
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

static int decide_nominal_on(struct prover *prover, const struct engine *engine,
                             const struct box *point, size_t *chosen, prover_progress *progress,
                             void *context, struct fault *fault)
{
    size_t open = open_samples(prover, chosen);
    if (!open || prover->interrupted)
        return 0;
    struct domain *domain = domain_new(engine, prover->network, point, fault);
    if (!domain)
        return -1;
    struct pass pass = {
        .prover = prover, .domain = domain, .chosen = chosen, .count = open,
        .block = block_size(prover->network, engine, open), .take = take_nominal,
        .into = prover->nominal, .progress = progress, .context = context,
        .done_before = prover->count - open, .total = prover->count,
    };
    prover->interrupted = run_pass(&pass);
    domain_free(domain);
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
    int failed = decide_nominal_on(prover, engine_of(&prover->settings), &point, chosen,
                                   progress, context, fault);
    for (int bits = NOMINAL_BITS_FIRST; !failed && bits <= NOMINAL_BITS_LAST; bits *= 2)
        failed = decide_nominal_on(prover, engine_mpfr(bits), &point, chosen, progress,
                                   context, fault);
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

static void take_verdict(const struct prover *prover, size_t index,
                         const struct margins *margins, void *into)
{
    struct sample_result *result = (struct sample_result *)into + index;
    size_t classes = prover->network->class_count;
    int label = prover->set->labels[prover->first + index];
    result->margin_lower =
        verdict_margin_lower(margins, classes, label, prover->settings.criterion);
    if (verdict_proves(margins, classes, label, prover->settings.criterion))
        result->verdict = VERDICT_CERTIFIED;
    result->suspect = result->verdict == VERDICT_CERTIFIED &&
                      result->margin_lower < 1e-9 * verdict_scale(margins, classes, label);
    result->done = 1;
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

static int bound_all(struct prover *prover, const struct box *box, size_t *chosen, size_t count,
                     prover_progress *progress, void *context, struct prover_run *run,
                     struct fault *fault)
{
    const struct engine *engine = engine_of(&prover->settings);
    struct domain *domain = domain_new(engine, prover->network, box, fault);
    if (!domain)
        return -1;
    struct pass pass = {
        .prover = prover, .domain = domain, .chosen = chosen, .count = count,
        .block = block_size(prover->network, engine, count), .take = take_verdict,
        .into = run->results, .progress = progress, .context = context,
        .done_before = prover->count - count, .total = prover->count,
    };
    run->interrupted = run_pass(&pass);
    domain_free(domain);
    if (box_is_point(box))
        adopt_nominal(prover, run);
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
    int failed = run->interrupted
                     ? 0
                     : bound_all(prover, &box, chosen, count, progress, context, run, fault);
    run->seconds = prover_clock(CLOCK_MONOTONIC) - wall;
    run->cpu_seconds = prover_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (!failed && prover->settings.engine == PROVER_DOUBLE && !run->interrupted)
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
