/* sandwich.c -- see sandwich.h. */
#include "sandwich.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/breaking.h"
#include "specs/random.h"

/* Sizes above 1 let every weight change its sign: nothing of interest is certified there. */
#define HIGHEST_RUNG 281

struct job {
    const struct network *network;
    const struct dataset *set;
    size_t first;
    const struct prover_settings *prover;
    const struct falsify_settings *settings;
    const char *const *zetas; /* of every rung */
    struct radius_run *run;
    prover_progress *progress;
    void *context;
    size_t *chosen, count, done;
    int stop, failed;
    struct fault *fault;
};

static void choose(struct job *job)
{
    uint32_t *order = fault_alloc(job->run->samples, sizeof *order);
    random_permutation(job->prover->seed, RANDOM_CHOICE, 2, (uint32_t)job->run->samples, order);
    for (size_t i = 0; i < job->run->samples && job->count < job->settings->undecided; i++)
        if (job->run->results[order[i]].nominal == NOMINAL_CORRECT)
            job->chosen[job->count++] = order[i];
    free(order);
}

/* Its certified rung is attacked first of all: breaking it is a contradiction. */
static void attack_sample(struct job *job, size_t i, float *star)
{
    struct radius_run *run = job->run;
    struct fault fault;
    size_t least;
    int lowest = run->rung[i] == RADIUS_NONE ? 0 : run->rung[i];
    struct breaking breaking = {
        job->network, job->prover, &job->settings->budget, job->zetas + lowest,
        (size_t)(lowest < HIGHEST_RUNG ? HIGHEST_RUNG - lowest : 1)};
    int failed = breaking_find(&breaking, job->set->inputs + (job->first + i) * job->set->features,
                               job->set->labels[job->first + i], job->prover->seed,
                               job->first + i, star, &least, &fault);
#pragma omp critical(sandwich)
    {
        if (failed && !job->failed) {
            job->failed = -1;
            *job->fault = fault;
        }
        run->attacked += !failed;
        run->results[i].attacked = !failed;
        if (!failed && least < breaking.count) {
            run->falsified_rung[i] = lowest + (int)least;
            run->results[i].disproved = run->falsified_rung[i] == run->rung[i];
            run->disproved += run->results[i].disproved != 0;
        }
        job->done++;
        if (job->progress && job->progress(job->context, job->done, job->count))
            job->stop = 1;
    }
}

static void attack_all(struct job *job)
{
#pragma omp parallel
    {
        float *star = fault_alloc(job->network->parameter_count, sizeof *star);
#pragma omp for schedule(dynamic)
        for (size_t k = 0; k < job->count; k++) {
            int stop;
#pragma omp critical(sandwich)
            stop = job->stop || job->failed;
            if (!stop)
                attack_sample(job, job->chosen[k], star);
        }
        free(star);
    }
}

int sandwich_find(const struct network *network, const struct dataset *set, size_t first,
                  const struct prover_settings *prover, const struct falsify_settings *settings,
                  prover_progress *progress, void *context, struct radius_run *run,
                  struct fault *fault)
{
    double wall = prover_clock(CLOCK_MONOTONIC);
    char texts[RADIUS_RUNGS][RADIUS_TEXT];
    const char *zetas[RADIUS_RUNGS];
    for (int rung = 0; rung < RADIUS_RUNGS; rung++) {
        radius_text(rung, texts[rung]);
        zetas[rung] = texts[rung];
    }
    struct job job = {
        .network = network, .set = set, .first = first, .prover = prover, .settings = settings,
        .zetas = zetas, .run = run, .progress = progress, .context = context, .fault = fault,
        .chosen = fault_alloc(run->samples, sizeof *job.chosen),
    };
    choose(&job);
    attack_all(&job);
    free(job.chosen);
    run->interrupted |= job.stop && job.done < job.count;
    run->attack_seconds = prover_clock(CLOCK_MONOTONIC) - wall;
    return job.failed;
}

size_t sandwich_broken(const struct radius_run *run)
{
    size_t count = 0;
    for (size_t i = 0; i < run->samples; i++)
        count += run->falsified_rung[i] != RADIUS_NONE;
    return count;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value of sorted[count] below which `share` of it stays. */
static double quantile(double *values, size_t count, double share)
{
    size_t at = (size_t)(share * (double)count);
    qsort(values, count, sizeof *values, by_size);
    return values[at < count ? at : count - 1];
}

int sandwich_quantile(const struct radius_run *run, double share)
{
    double *rungs = fault_alloc(run->samples, sizeof *rungs);
    size_t count = 0;
    for (size_t i = 0; i < run->samples; i++)
        if (run->falsified_rung[i] != RADIUS_NONE)
            rungs[count++] = run->falsified_rung[i];
    int rung = count ? (int)quantile(rungs, count, share) : RADIUS_NONE;
    free(rungs);
    return rung;
}

double sandwich_ratio(const struct radius_run *run)
{
    double *ratios = fault_alloc(run->samples, sizeof *ratios);
    size_t count = 0;
    for (size_t i = 0; i < run->samples; i++) {
        char low[RADIUS_TEXT], high[RADIUS_TEXT];
        if (run->falsified_rung[i] == RADIUS_NONE)
            continue;
        radius_text(run->rung[i], low);
        radius_text(run->falsified_rung[i], high);
        ratios[count++] = strtod(low, NULL) / strtod(high, NULL);
    }
    double median = count ? quantile(ratios, count, 0.5) : NAN;
    free(ratios);
    return median;
}
