/* certify.c -- the program that proves a network right over a box of weights. */
#include <argp.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/curve.h"
#include "analyzer/numbers/rounding.h"
#include "analyzer/prover.h"
#include "analyzer/report.h"
#include "console/exits.h"
#include "console/interrupt.h"
#include "console/options.h"
#include "console/progress.h"
#include "console/version.h"
#include "specs/dataset.h"
#include "specs/decimal.h"
#include "specs/model.h"
#include "specs/outfile.h"

#define MAX_ZETAS 256

struct arguments {
    struct options common;
    const char *model;
    char *zeta_text; /* owned */
    const char *zetas[MAX_ZETAS];
    size_t zeta_count;
    struct prover_settings settings;
    const char *domain;
    int bits_given;
    int whole; /* no --samples */
    size_t from, to;
    enum split split;
    const char *json, *csv, *plot;
    double min_certified; /* percent, or negative */
};

enum {
    KEY_ZETA = 1000, KEY_DOMAIN, KEY_ENGINE, KEY_BITS, KEY_BOX, KEY_SAMPLES, KEY_SPLIT,
    KEY_CRITERION, KEY_JSON, KEY_CSV, KEY_PLOT, KEY_MIN_CERTIFIED, KEY_REFEREE
};

static const struct argp_option flags[] = {
    {NULL, 0, NULL, 0, "What is claimed:", 1},
    {"zeta", KEY_ZETA, "Z[,Z...]", 0,
     "Sizes of the box: every parameter may be off by Z (decimals, taken exactly)", 0},
    {"box", KEY_BOX, "KIND", 0, "relative: off by Z times its size (default); absolute: by Z", 0},
    {"criterion", KEY_CRITERION, "C", 0,
     "margin: the label's logit beats each other one (default); disjoint: its interval "
     "lies above all others", 0},
    {NULL, 0, NULL, 0, "On which samples:", 2},
    {"split", KEY_SPLIT, "PART", 0, "test (default), valid or train", 0},
    {"samples", KEY_SAMPLES, "N|A:B", 0, "The first N samples, or those from A to before B", 0},
    {NULL, 0, NULL, 0, "How it is proved:", 3},
    {"domain", KEY_DOMAIN, "D", 0, "auto (default) or box (interval bound propagation)", 0},
    {"engine", KEY_ENGINE, "E", 0, "double, rounded outward (default), or mpfr", 0},
    {"bits", KEY_BITS, "P", 0, "Precision of mpfr, as engine and as referee (default 128)", 0},
    {"referee", KEY_REFEREE, "PCT|full|off", 0,
     "Share of samples that mpfr proves again after double (default: 8 samples)", 0},
    {NULL, 0, NULL, 0, "What comes out:", 4},
    {"json", KEY_JSON, "FILE", 0, "Everything, per sample too (- for standard output)", 0},
    {"csv", KEY_CSV, "FILE", 0, "The table (- for standard output)", 0},
    {"plot", KEY_PLOT, "FILE", 0, "The certification curve (.svg, .png or .pdf)", 0},
    {"min-certified", KEY_MIN_CERTIFIED, "PCT", 0,
     "Exit with 1 if less than PCT percent is certified at some zeta", 0},
    {0},
};

static const char help[] =
    "Prove, for every parameter vector in a box around a model's own, that the answers on "
    "its task's samples stay right."
    "\vExamples:\n"
    "  certify model.bin --zeta 5e-4\n"
    "  certify model.bin --zeta 0,1e-5,1e-4,1e-3 --plot curve.svg --json result.json\n"
    "  certify model.bin --zeta 1e-4 --samples 100:200 --engine mpfr --bits 256\n"
    "  certify model.bin --zeta 1e-5 --min-certified 80 || echo too few\n"
    "\nThe table counts, of all samples: nominal, right with the model's own parameters; "
    "certified, proven right over the whole box; unknown, neither proven nor refuted; "
    "misclassified, wrong already.  The proof is about real arithmetic, not about a "
    "float32 execution.\n"
    "\nExit status: 0 done, 1 fewer certified than asked, 2 wrong flag, 3 unreadable or "
    "unwritable file, 4 interrupted, 5 a self-check failed.";

/* The letter of the law: a name that must be one of a list. */
static int named(struct argp_state *state, const char *flag, const char *text, int found,
                 const char *choices)
{
    if (found < 0)
        argp_error(state, "%s: '%s' is unknown; choose %s", flag, text, choices);
    return found;
}

static void parse_zetas(struct arguments *a, const char *text, struct argp_state *state)
{
    free(a->zeta_text);
    a->zeta_text = strdup(text);
    a->zeta_count = 0;
    char *rest = a->zeta_text, *zeta;
    while ((zeta = strsep(&rest, ","))) {
        struct box box;
        struct fault fault;
        if (a->zeta_count == MAX_ZETAS)
            argp_error(state, "--zeta: more than %d sizes", MAX_ZETAS);
        if (box_init(&box, BOX_RELATIVE, zeta, &fault))
            argp_error(state, "--zeta: %s", fault.text);
        box_clear(&box);
        a->zetas[a->zeta_count++] = zeta;
    }
}

static void parse_samples(struct arguments *a, const char *text, struct argp_state *state)
{
    char *end;
    long long from = 0, to = strtoll(text, &end, 10);
    if (*end == ':') {
        from = to;
        to = strtoll(end + 1, &end, 10);
    }
    if (*end || end == text || from < 0 || to <= from)
        argp_error(state, "--samples: '%s' is not a number of samples N > 0 or a range A:B "
                   "with A < B", text);
    a->whole = 0;
    a->from = (size_t)from;
    a->to = (size_t)to;
}

static void parse_referee(struct arguments *a, const char *text, struct argp_state *state)
{
    struct fault fault;
    if (!strcmp(text, "full"))
        a->settings.referee = REFEREE_FULL;
    else if (!strcmp(text, "off"))
        a->settings.referee = REFEREE_OFF;
    else if (options_number("--referee", text, 0, 100, &a->settings.referee_percent, &fault))
        argp_error(state, "%s, nor full or off", fault.text);
    else
        a->settings.referee = REFEREE_PERCENT;
}

static error_t parse_engine(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;
    struct fault fault;
    uint64_t bits;
    switch (key) {
    case KEY_DOMAIN:
        if (strcmp(text, "auto") && strcmp(text, "box"))
            argp_error(state, "--domain: '%s' is unknown; choose auto or box", text);
        a->domain = text;
        return 0;
    case KEY_ENGINE:
        if (strcmp(text, "double") && strcmp(text, "mpfr"))
            argp_error(state, "--engine: '%s' is unknown; choose double or mpfr", text);
        a->settings.engine = strcmp(text, "double") ? PROVER_MPFR : PROVER_DOUBLE;
        return 0;
    case KEY_BITS:
        if (options_count("--bits", text, 24, 4096, &bits, &fault))
            argp_error(state, "%s", fault.text);
        a->settings.bits = (int)bits;
        return 0;
    case KEY_REFEREE:
        parse_referee(a, text, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_output(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;
    struct fault fault;
    switch (key) {
    case KEY_JSON:
        a->json = text;
        return 0;
    case KEY_CSV:
        a->csv = text;
        return 0;
    case KEY_PLOT:
        a->plot = text;
        if (curve_check(text, &fault))
            argp_error(state, "--plot: %s", fault.text);
        return 0;
    case KEY_MIN_CERTIFIED:
        if (options_number("--min-certified", text, 0, 100, &a->min_certified, &fault))
            argp_error(state, "%s", fault.text);
        return 0;
    default:
        return parse_engine(key, text, state);
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        return 0;
    case KEY_ZETA:
        parse_zetas(a, text, state);
        return 0;
    case KEY_BOX:
        a->settings.box_kind = (enum box_kind)named(state, "--box", text,
                                                    box_kind_from_name(text),
                                                    "relative or absolute");
        return 0;
    case KEY_CRITERION:
        a->settings.criterion = (enum criterion)named(
            state, "--criterion", text, criterion_from_name(text), "margin or disjoint");
        return 0;
    case KEY_SPLIT:
        a->split = (enum split)named(state, "--split", text, split_from_name(text),
                                     "test, valid or train");
        return 0;
    case KEY_SAMPLES:
        parse_samples(a, text, state);
        return 0;
    case ARGP_KEY_ARG:
        if (a->model)
            argp_error(state, "one model at a time: '%s' is one too many", text);
        a->model = text;
        return 0;
    case ARGP_KEY_END:
        if (!a->model)
            argp_error(state, "which model?  Name a model file");
        if (!a->zeta_count)
            argp_error(state, "how large a box?  Give --zeta, e.g. --zeta 5e-4");
        return 0;
    default:
        return parse_output(key, text, state);
    }
}

/* Progress of one pass, and the wish to stop. */
struct watch {
    struct progress progress;
    size_t told;
};

static int on_progress(void *context, size_t done, size_t total)
{
    struct watch *watch = context;
    (void)total;
    if (done > watch->told) {
        progress_add(&watch->progress, done - watch->told);
        watch->told = done;
    }
    return interrupt_seen();
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
        int failed = prover_decide(prover, a->zetas[i], on_progress, &watch, &runs[i], fault);
        progress_end(&watch.progress);
        if (failed)
            return complain(fault);
        report->run_count = i + 1;
        report_line(out, &runs[i]);
        fflush(out);
        if (runs[i].contradictions)
            return EXIT_SELF_CHECK;
        if (runs[i].interrupted)
            return EXIT_INCONCLUSIVE;
        if (report_percent(runs[i].certified, runs[i].samples) < a->min_certified)
            status = EXIT_VIOLATED;
    }
    return status;
}

static int write_reports(const struct arguments *a, const struct report *report,
                         struct fault *fault)
{
    if (a->json && report_json(report, a->json, fault))
        return -1;
    if (a->csv && report_csv(report, a->csv, fault))
        return -1;
    return a->plot ? curve_draw(report, a->plot, fault) : 0;
}

static void remark(const struct arguments *a, int status, const struct report *report)
{
    const struct prover_run *last =
        report->run_count ? &report->runs[report->run_count - 1] : NULL;
    if (status == EXIT_SELF_CHECK)
        fprintf(stderr, "certify: SELF-CHECK FAILED at zeta %s: the referee (mpfr) contradicts "
                "the double engine on %zu samples.\nDo not use these results; please report "
                "this.\n", last->zeta, last->contradictions);
    if (status == EXIT_INCONCLUSIVE && last)
        fprintf(stderr, "certify: interrupted at zeta %s; %zu of %zu samples were decided, the "
                "others count as unknown\n", last->zeta, last->done, last->samples);
    if (status == EXIT_VIOLATED)
        fprintf(stderr, "certify: fewer than %g %% certified\n", a->min_certified);
}

/* "-" gives standard output to a file's content; the table then goes to stderr. */
static FILE *table_stream(const struct arguments *a)
{
    int taken = (a->json && !strcmp(a->json, "-")) || (a->csv && !strcmp(a->csv, "-"));
    return taken ? stderr : stdout;
}

static int certify(const struct arguments *a, struct report *report, struct fault *fault)
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
    report->runs = runs;
    int status = decide(a, prover, report, runs, out, fault);
    if (status != EXIT_SELF_CHECK && status != EXIT_INPUT &&
        write_reports(a, report, fault))
        status = complain(fault);
    remark(a, status, report);
    for (size_t i = 0; i < a->zeta_count; i++)
        prover_run_clear(&runs[i]);
    free(runs);
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
    report->first = a->from;
    report->count = to - a->from;
    return 0;
}

/* Better now than after an hour's work. */
static int check_outputs(const struct arguments *a, struct fault *fault)
{
    const char *paths[] = {a->json, a->csv, a->plot};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct outfile file;
        if (!paths[i])
            continue;
        if (outfile_open(&file, paths[i], fault))
            return -1;
        outfile_abandon(&file);
    }
    return 0;
}

static int load_and_certify(const struct arguments *a)
{
    struct fault fault = {""};
    struct model model;
    struct dataset set;
    if (check_outputs(a, &fault))
        return complain(&fault);
    if (model_read(&model, a->model, &fault))
        return complain(&fault);
    if (dataset_load(&set, model.task, model.input, a->split, a->common.data, &fault)) {
        model_clear(&model);
        return complain(&fault);
    }
    struct report report = {
        .model_path = a->model, .model = &model, .set = &set, .split = split_name(a->split),
        .settings = &a->settings, .domain = "box", .threads = a->common.threads,
    };
    int status = choose_samples(a, &set, &report, &fault) ? complain(&fault)
                                                          : certify(a, &report, &fault);
    dataset_clear(&set);
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
    struct arguments a = {
        .settings = {.bits = 128, .referee = REFEREE_SAMPLES},
        .domain = "auto", .whole = 1, .split = SPLIT_TEST, .min_certified = -1,
    };
    static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {flags, parse, "MODEL", help, children, NULL, NULL};
    version_more = print_selftest;
    options_begin(&a.common);
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    a.settings.seed = a.common.seed;
    if (rounding_selftest(NULL)) {
        fprintf(stderr, "certify: directed rounding does not work on this machine\n");
        return EXIT_SELF_CHECK;
    }
    interrupt_catch();
    int status = load_and_certify(&a);
    free(a.zeta_text);
    return status;
}
