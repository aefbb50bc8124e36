/* certify.c -- the program that proves a network right over a box of weights. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/arguments.h"
#include "analyzer/certificate_write.h"
#include "analyzer/claim_decide.h"
#include "analyzer/conclude.h"
#include "analyzer/domains/deadline.h"
#include "analyzer/numbers/rounding.h"
#include "analyzer/prover.h"
#include "analyzer/merge.h"
#include "analyzer/radius.h"
#include "analyzer/remark.h"
#include "analyzer/report.h"
#include "analyzer/resume.h"
#include "analyzer/sandwich.h"
#include "console/exits.h"
#include "console/interrupt.h"
#include "console/progress.h"
#include "console/ranks.h"
#include "console/version.h"
#include "specs/box_file.h"
#include "specs/dataset.h"
#include "specs/model.h"
#include "specs/outfile.h"

/* Progress of one pass, and the wish to stop. */
struct watch {
    struct progress progress;
    size_t told;
    double deadline;
    int late; /* it has passed */
};

static int on_progress(void *context, size_t done, size_t total)
{
    struct watch *watch = context;
    if (done > watch->told) {
        progress_add(&watch->progress, done - watch->told);
        watch->told = done;
    }
    watch->late |= done < total && deadline_passed(watch->deadline);
    return interrupt_seen() ? PROVER_STOP : watch->late ? PROVER_LATE : 0;
}

static void watch_begin(struct watch *watch, const char *label, size_t total, int quiet)
{
    *watch = (struct watch){.told = 0};
    progress_begin(&watch->progress, label, total, quiet);
}

static int complain(const struct fault *fault)
{
    fprintf(stderr, "certify: %s\n", fault->text);
    return EXIT_INPUT;
}

/* Did any rank fail?  The first one speaks for all, before the others may end it. */
static int any_failed(int failed, struct fault *fault)
{
    int any = ranks_greatest(failed != 0);
    if (any && !failed)
        fault_set(fault, "another of MPI's ranks cannot read or write what this one can");
    if (any)
        complain(fault);
    ranks_meet();
    return any;
}

/* Look for counterexamples to what was decided; not after trouble.  Returns an exit status,
 * EXIT_DONE to go on. */
static int attack(const struct arguments *a, const struct report *report, struct prover_run *run,
                  struct fault *fault)
{
    struct watch watch;
    char label[96];
    if (run->contradictions || run->interrupted || a->attack.undecided + a->attack.certified == 0)
        return EXIT_DONE;
    snprintf(label, sizeof label, "attack %.60s", run->zeta);
    watch_begin(&watch, label, a->attack.undecided, a->common.quiet);
    int failed = falsify_run(report->model, report->set, report->first, &a->settings, &a->attack,
                             on_progress, &watch, run, fault);
    progress_end(&watch.progress);
    return failed ? complain(fault) : EXIT_DONE;
}

/* What the box of size `zeta` says of chips. */
static int find_yield(const struct arguments *a, const struct network *network, const char *zeta,
                      struct yield *yield, struct fault *fault)
{
    struct box box;
    struct fault why;
    if (prover_box(&a->settings, network, zeta, &box, fault))
        return -1;
    int failed = yield_find(&box, network, a->sigma, yield, &why);
    box_clear(&box);
    return failed ? fault_set(fault, "--sigma: %.500s", why.text) : 0;
}

/* Decide all zetas; lines are printed as they come.  Returns an exit status. */
static int decide(const struct arguments *a, struct prover *prover, struct report *report,
                  struct prover_run *runs, FILE *out, struct fault *fault)
{
    int status = EXIT_DONE;
    report_columns(out);
    for (size_t i = 0; i < a->zeta_count; i++) {
        struct watch watch;
        char label[96];
        snprintf(label, sizeof label, "zeta %.60s", a->zetas[i]);
        watch_begin(&watch, label, report->count, a->common.quiet);
        watch.deadline = deadline_in(a->seconds);
        int failed = prover_decide(prover, a->zetas[i], on_progress, &watch, &runs[i], fault);
        progress_end(&watch.progress);
        if (failed)
            return complain(fault);
        if (attack(a, report, &runs[i], fault))
            return EXIT_INPUT;
        report->run_count = i + 1;
        report_line(out, &runs[i]);
        if (report->yields)
            report_yield(out, report, i);
        fflush(out);
        if (runs[i].contradictions || runs[i].disproved)
            return EXIT_SELF_CHECK;
        if (runs[i].interrupted == PROVER_STOP || interrupt_seen())
            return EXIT_INCONCLUSIVE;
        if (runs[i].interrupted)
            status = EXIT_INCONCLUSIVE;
        else if (status == EXIT_DONE && report_percent(runs[i].certified, runs[i].samples) < a->min_certified)
            status = EXIT_VIOLATED;
    }
    return status;
}

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Every sample's radius; adds to the report.  Returns an exit status. */
static int measure_radii(const struct arguments *a, struct prover *prover, struct report *report,
                         struct radius_run *radii, FILE *out, struct fault *fault)
{
    struct watch watch;
    watch_begin(&watch, "radius", RADIUS_LEVELS * report->count, a->common.quiet);
    watch.deadline = deadline_in(a->seconds);
    int failed = radius_find(prover, on_progress, &watch, radii, fault);
    progress_end(&watch.progress);
    if (failed)
        return complain(fault);
    report->radii = radii;
    if (!radii->interrupted && !radii->contradictions && a->attack.undecided) {
        watch_begin(&watch, "attack", min_size(a->attack.undecided, report->count),
                    a->common.quiet);
        failed = sandwich_find(&report->model->network, report->set, report->first, &a->settings,
                               &a->attack, on_progress, &watch, radii, fault);
        progress_end(&watch.progress);
        if (failed)
            return complain(fault);
    }
    report_radii(out, radii);
    if (radii->contradictions || radii->disproved)
        return EXIT_SELF_CHECK;
    return radii->interrupted ? EXIT_INCONCLUSIVE : EXIT_DONE;
}

/* "-" gives standard output to a file's content; the table then goes to stderr. */
static FILE *table_stream(const struct arguments *a)
{
    int taken = (a->json && !strcmp(a->json, "-")) || (a->csv && !strcmp(a->csv, "-"));
    return taken ? stderr : stdout;
}

static int certify(const struct arguments *a, const struct claim *claim, struct report *report,
                   struct fault *fault)
{
    FILE *out = table_stream(a);
    struct watch watch;
    report_heading(out, report);
    watch_begin(&watch, "nominal", report->count, a->common.quiet);
    struct prover *prover =
        prover_new(&report->model->network, report->set, report->first, report->count,
                   report->settings, on_progress, &watch, fault);
    progress_end(&watch.progress);
    if (!prover) {
        fprintf(stderr, "certify: %s: %s\n", a->model, fault->text);
        return EXIT_INPUT;
    }
    struct prover_run *runs = fault_alloc(a->zeta_count, sizeof *runs);
    struct radius_run radii = {0};
    report->runs = runs;
    int status = a->zeta_count ? decide(a, prover, report, runs, out, fault) : EXIT_DONE;
    if (a->radius && status != EXIT_INPUT && status != EXIT_SELF_CHECK && !interrupt_seen()) {
        int found = measure_radii(a, prover, report, &radii, out, fault);
        status = found == EXIT_DONE ? status : found;
    }
    if (status != EXIT_SELF_CHECK && status != EXIT_INPUT)
        status = conclude(a, claim, report, status, out, fault);
    remark(a, status, report);
    for (size_t i = 0; i < a->zeta_count; i++)
        prover_run_clear(&runs[i]);
    free(runs);
    radius_clear(&radii);
    prover_free(prover);
    return status;
}

/* The samples asked for, against those that are there. */
static int choose_samples(const struct arguments *a, const struct dataset *set,
                          struct report *report, struct fault *fault)
{
    size_t to = a->whole ? set->count : a->to;
    if (to > set->count)
        return fault_set(fault, "--samples: %s has %zu samples, %zu were asked for", set->name,
                         set->count, to);
    if (to <= a->from)
        return fault_set(fault, "%s has no samples", set->name);
    report->first = report->whole_first = a->from;
    report->count = report->whole_count = to - a->from;
    report->shard = a->shard;
    shard_cut(&a->shard, &report->first, &report->count);
    if (!report->count)
        return fault_set(fault, "--shard: %zu samples do not fill %zu shards; ask for fewer",
                         report->whole_count, a->shard.of);
    return 0;
}

static int check_outputs(const struct arguments *a, struct fault *fault)
{
    const char *paths[] = {a->json, a->csv, a->plot, a->cert, a->box_out, a->claim};
    return outfile_check(paths, sizeof paths / sizeof *paths, fault);
}

/* A box that cannot be made, or not be bounded, is said so before any work. */
static int check_claim(const struct arguments *a, const struct model *model, struct fault *fault)
{
    struct box box;
    enum method methods[BOUNDER_METHODS];
    if (prover_box(&a->settings, &model->network, a->zeta_count ? a->zetas[0] : "0", &box, fault))
        return -1;
    int used = bounder_methods(a->settings.domain, &model->network, box.beyond, methods, fault);
    box_clear(&box);
    return used < 0 ? -1 : 0;
}

/* What the boxes say of chips, known before any proof; NULL where not asked for, or with the
 * reason. */
static struct yield *find_yields(const struct arguments *a, const struct network *network,
                                 struct fault *fault)
{
    if (!a->sigma)
        return NULL;
    struct yield *yields = fault_alloc(a->zeta_count, sizeof *yields);
    for (size_t i = 0; i < a->zeta_count; i++)
        if (find_yield(a, network, a->zetas[i], &yields[i], fault)) {
            free(yields);
            return NULL;
        }
    return yields;
}

/* The first rank makes it, and while the others read it nobody writes.  All open it, or none. */
static int open_journal(struct arguments *a, const struct report *report, struct fault *fault)
{
    int wrong = 0;
    for (int turn = 0; turn < 2; turn++) {
        if (turn == !ranks_first() && !wrong)
            wrong = !(a->settings.journal = resume_open(a, report, fault));
        a->resume |= turn == 0 && !ranks_first();
        wrong = ranks_greatest(wrong);
    }
    return a->settings.journal ? 0 : -1;
}

/* `claim` is NULL unless the arguments came from one. */
static int load_and_certify(struct arguments *a, const struct claim *claim)
{
    struct fault fault = {""};
    struct model model;
    struct dataset set;
    unsigned char folded[NETWORK_TENSORS];
    struct pcm_box pcm;
    if (any_failed(check_outputs(a, &fault) || model_read(&model, a->model, &fault), &fault))
        return EXIT_INPUT;
    model_folded(&model, folded);
    a->settings.folded = folded;
    int wrong = pcm_box_init(&pcm, &a->settings.box, &model, &fault) ||
                (a->cert && certificate_write_check(&a->settings, &fault)) ||
                (a->box_out && ranks_first() &&
                 box_file_write(a->box_out, &model.network, pcm.lower, pcm.upper, &fault)) ||
                check_claim(a, &model, &fault) ||
                dataset_load(&set, model.task, model.input, a->split, a->common.data, &fault);
    if (any_failed(wrong, &fault)) {
        pcm_box_clear(&pcm);
        model_clear(&model);
        return EXIT_INPUT;
    }
    struct yield *yields = find_yields(a, &model.network, &fault);
    struct report report = {
        .model_path = a->model, .model = &model, .set = &set, .split = split_name(a->split),
        .settings = &a->settings, .attack = &a->attack, .threads = a->common.threads, .sigma = a->sigma,
        .yields = yields, .pcm = &pcm,
    };
    wrong = any_failed((a->sigma && !yields) ||
                       (claim && claim_check(claim, &model, &set, &fault)) ||
                       choose_samples(a, &set, &report, &fault), &fault) ||
            any_failed(resume_agree(a, &report, &fault), &fault) ||
            (a->journal && any_failed(open_journal(a, &report, &fault), &fault));
    int status = wrong ? EXIT_INPUT : certify(a, claim, &report, &fault);
    if (any_failed(journal_close(a->settings.journal, &fault), &fault))
        status = EXIT_INPUT;
    free(yields);
    dataset_clear(&set);
    pcm_box_clear(&pcm);
    model_clear(&model);
    return status;
}

static void print_selftest(FILE *stream)
{
    struct fault fault;
    int failed = 0;
#pragma omp parallel reduction(| : failed)
    failed |= rounding_selftest(NULL) != 0;
    if (failed && rounding_selftest(&fault))
        fprintf(stream, "rounding  FAILED: %s\n", fault.text);
    else
        fprintf(stream, "rounding  %s\n", failed ? "FAILED in a thread" : "self-test passed");
}

int main(int argc, char **argv)
{
    struct arguments a;
    interrupt_catch(); /* before any thread is started */
    version_more = print_selftest;
    ranks_begin(&argc, &argv);
    arguments_parse(&a, argc, argv);
    if (!ranks_first()) /* the first one writes */
        a.json = a.csv = a.plot = a.cert = a.claim = NULL;
    if (rounding_selftest(NULL)) {
        fprintf(stderr, "certify: directed rounding does not work on this machine\n");
        return EXIT_SELF_CHECK;
    }
    struct claim claim;
    struct fault fault = {""};
    if (a.merge) {
        int merged = merge_results(&a, &fault);
        if (fault.text[0])
            fprintf(stderr, "certify: %s\n", fault.text);
        arguments_clear(&a);
        return merged;
    }
    if (a.is_claim && claim_read(&claim, a.model, &fault))
        return complain(&fault);
    if (a.is_claim && claim_ask(&claim, &a, &fault)) {
        fprintf(stderr, "certify: %s: %s\n", a.parts[0], fault.text);
        return EXIT_INPUT;
    }
    if (a.is_claim && a.cert && certificate_write_check(&a.settings, &fault))
        return complain(&fault);
    int status = load_and_certify(&a, a.is_claim ? &claim : NULL);
    arguments_clear(&a);
    if (status != EXIT_INPUT) /* which may be of this rank alone: the others are not waited for */
        ranks_end();
    return status;
}
