/* falsify.c -- see falsify.h. */
#include "falsify.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/prover_journal.h"
#include "console/ranks.h"
#include "specs/random.h"

struct job {
    const struct model *model;
    const struct dataset *set;
    size_t first;
    const struct prover_settings *prover;
    const struct falsify_settings *settings;
    const struct counterexample *search;
    struct prover_run *run;
    prover_progress *progress;
    void *context;
    size_t *chosen, count, done;
    unsigned char *found, *mine; /* [samples] FOUND_...; and by this rank */
    int stop, failed;
    struct fault *fault;
};

enum { FOUND_NOTHING = 1, FOUND_VECTOR };

/* Up to `wanted` samples of that verdict, the first of a permutation by the seed. */
static size_t choose(const struct prover_run *run, enum verdict verdict, size_t wanted,
                     uint64_t seed, size_t *chosen)
{
    size_t count = 0;
    uint32_t *order = fault_alloc(run->samples, sizeof *order);
    random_permutation(seed, RANDOM_CHOICE, 1, (uint32_t)run->samples, order);
    for (size_t i = 0; i < run->samples && count < wanted; i++) {
        const struct sample_result *r = &run->results[order[i]];
        if (r->nominal == NOMINAL_CORRECT && r->done && r->verdict == verdict)
            chosen[count++] = order[i];
    }
    free(order);
    return count;
}

static char *witness_story(const struct job *job, size_t sample)
{
    const struct box_form *form = &job->prover->box;
    json_t *story = json_pack(
        "{s:{s:s, s:s, s:I, s:i, s:s, s:s}}", "witness", "model", job->model->sha256, "data",
        job->set->name, "sample", (json_int_t)sample, "label", (int)job->set->labels[sample],
        "box", form->typed ? form->typed : box_kind_name(form->kind), "zeta", job->run->zeta);
    char *text = json_dumps(story, JSON_COMPACT);
    require(text);
    json_decref(story);
    return text;
}

static int write_witness(const struct job *job, size_t sample, float *star, struct fault *fault)
{
    char path[4096];
    const char *folder = job->settings->witness;
    if (mkdir(folder, 0777) && errno != EEXIST)
        return fault_set(fault, "%s: cannot be made: %s", folder, strerror(errno));
    if (snprintf(path, sizeof path, "%s/sample-%zu.bin", folder, sample) >= (int)sizeof path)
        return fault_set(fault, "%.200s...: the folder's name is too long", folder);
    struct model witness = *job->model;
    witness.network.theta = star;
    witness.provenance = witness_story(job, sample);
    int failed = model_write(&witness, path, fault);
    free(witness.provenance);
    return failed;
}

/* A confirmed counterexample to sample `index`; one thread at a time. */
static void record(struct job *job, size_t index, float *star)
{
    struct prover_run *run = job->run;
    struct sample_result *result = &run->results[index];
    if (result->verdict == VERDICT_CERTIFIED) {
        result->disproved = 1;
        run->disproved++;
    } else {
        result->verdict = VERDICT_FALSIFIED;
        run->unknown--;
        run->falsified++;
    }
    if (job->settings->witness && star && !job->failed)
        job->failed = write_witness(job, job->first + index, star, job->fault);
}

static void account(struct job *job, size_t index, int found, float *star)
{
    job->run->results[index].attacked = 1;
    job->run->attacked++;
    job->done++;
    if (found)
        record(job, index, star);
}

/* What an earlier process found of the sample, if the journal knows; a witness that is to be
 * written is looked for again.  One thread at a time. */
static int recall(struct job *job, size_t index)
{
    struct journal *journal = job->prover->journal;
    const char *text = journal ? journal_recall(journal, index) : NULL;
    int found = text && !strcmp(text, "broken");
    if (!text || (found && job->settings->witness))
        return 0;
    account(job, index, found, NULL);
    return 1;
}

static void attack_sample(struct job *job, struct counterexample_work *work, size_t index,
                          float *star)
{
    size_t sample = job->first + index;
    struct counterexample_tally tally = {0, 0};
    int found = counterexample_find(job->search, work,
                                    job->set->inputs + sample * job->set->features,
                                    job->set->labels[sample], job->prover->seed, sample, star,
                                    &tally);
#pragma omp critical(falsify)
    {
        account(job, index, found, star);
        job->mine[index] = 1;
        job->found[index] = found ? FOUND_VECTOR : FOUND_NOTHING;
        if (job->prover->journal)
            journal_keep(job->prover->journal, index, found ? "broken" : "whole");
        if (job->failed ||
            (job->progress && job->progress(job->context, job->done, job->count)))
            __atomic_store_n(&job->stop, 1, __ATOMIC_RELAXED);
    }
}

/* Take what other ranks found of samples chosen[count]. */
static void share(struct job *job, size_t count)
{
    ranks_share(job->found, 1, job->run->samples, job->mine);
    for (size_t i = 0; i < count; i++) {
        size_t index = job->chosen[i];
        if (job->found[index] && !job->mine[index])
            account(job, index, job->found[index] == FOUND_VECTOR, NULL);
    }
    if (ranks_greatest(-job->failed) && !job->failed)
        job->failed = fault_set(job->fault, "another of MPI's ranks cannot write its witnesses");
}

static void attack_all(struct job *job)
{
    size_t left = 0;
    char stage[JOURNAL_STAGE];
    prover_journal_name(stage, "attack", job->run->zeta, "search");
    if (job->prover->journal)
        journal_stage(job->prover->journal, stage);
    for (size_t i = 0; i < job->count; i++)
        if (!recall(job, job->chosen[i]))
            job->chosen[left++] = job->chosen[i];
    size_t count = left;
    ranks_deal();
#pragma omp parallel
    {
        struct counterexample_work *work = counterexample_work_new(job->search);
        float *star = fault_alloc_aligned(job->model->network.parameter_count, sizeof *star);
        for (size_t i; (i = ranks_next()) < count;) {
            attack_sample(job, work, job->chosen[i], star);
            if (__atomic_load_n(&job->stop, __ATOMIC_RELAXED))
                ranks_skip(count);
        }
        free(star);
        counterexample_work_free(work);
    }
    share(job, count);
}

int falsify_run(const struct model *model, const struct dataset *set, size_t first,
                const struct prover_settings *prover, const struct falsify_settings *settings,
                prover_progress *progress, void *context, struct prover_run *run,
                struct fault *fault)
{
    double began = prover_clock(CLOCK_MONOTONIC);
    struct box box;
    if (prover_box(prover, &model->network, run->zeta, &box, fault))
        return -1;
    struct job job = {
        .model = model, .set = set, .first = first, .prover = prover, .settings = settings,
        .run = run, .progress = progress, .context = context, .fault = fault,
        .chosen = fault_alloc(run->samples, sizeof(size_t)),
        .found = fault_alloc(run->samples, 1), .mine = fault_alloc(run->samples, 1),
    };
    if (mpq_sgn(box.zeta)) { /* else there is nothing but the model itself */
        job.count = choose(run, VERDICT_CERTIFIED, settings->certified, prover->seed, job.chosen);
        job.count += choose(run, VERDICT_UNKNOWN, settings->undecided, prover->seed,
                            job.chosen + job.count);
    }
    if (job.count) {
        struct counterexample *search =
            counterexample_new(&model->network, &box, &settings->budget, prover->bits);
        job.search = search;
        attack_all(&job);
        counterexample_free(search);
    }
    run->attack_seconds = prover_clock(CLOCK_MONOTONIC) - began;
    free(job.chosen);
    free(job.found);
    free(job.mine);
    box_clear(&box);
    return job.failed;
}
