/* assess_mismatch.c -- see assess_mismatch.h. */
#include "analyzer/assess_mismatch.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/assess_journal.h"
#include "analyzer/mismatch_report.h"
#include "console/exits.h"
#include "console/figure.h"
#include "console/interrupt.h"
#include "console/options.h"
#include "console/progress.h"
#include "trainer/recipe.h"

#define MAX_LEVELS 64

enum { KEY_LEVELS = 1000, KEY_CHIPS, KEY_FIRST, KEY_MODEL, KEY_SPLIT, KEY_SAMPLES, KEY_INCLUDE,
       KEY_EXCLUDE, KEY_AT_LEAST, KEY_VERSUS, KEY_JSON, KEY_CSV, KEY_PLOT };

static const struct argp_option flags[] = {
    {"levels", KEY_LEVELS, "Z[,Z...]", 0, "Deviations (default 0,0.1,0.2,0.3,0.4,0.5,0.6,0.7)", 0},
    {"chips", KEY_CHIPS, "N", 0, "Chips per level (default 100)", 0},
    {"first-chip", KEY_FIRST, "C", 0, "The first one's number (default 0): for work in shards", 0},
    {"model", KEY_MODEL, "KIND", 0,
     "relative: off by Z times its size (default); range: by Z times its tensor's largest", 0},
    {"include", KEY_INCLUDE, "TENSOR,...", 0, "Only these are off", 0},
    {"exclude", KEY_EXCLUDE, "TENSOR,...", 0, "All but these are off", 0},
    {"split", KEY_SPLIT, "PART", 0, "test (default), valid or train", 0},
    {"samples", KEY_SAMPLES, "N", 0, "The first N samples only", 0},
    {"at-least", KEY_AT_LEAST, "PCT", 0,
     "Also: a proven lower bound (99 % confidence) of the share of chips this accurate", 0},
    {"versus", KEY_VERSUS, "MODEL", 0, "Compare with another model's chips (Mann and Whitney)", 0},
    {"json", KEY_JSON, "FILE", 0, "Everything, per chip (- for standard output)", 0},
    {"csv", KEY_CSV, "FILE", 0, "A line per level and chip (- for standard output)", 0},
    {"plot", KEY_PLOT, "FILE", 0, "Accuracy against deviation (.svg, .png or .pdf)", 0},
    {0},
};

static const char help[] =
    "Measure the accuracy of chips whose parameters are off by Gaussian mismatch."
    "\vChip C at one level is the same chip at another, scaled, and the same for any number of "
    "threads or choice of samples; the chips of --versus are others.  Synapses from a neuron to "
    "itself do not exist and stay 0.\n\nExamples:\n"
    "  assess mismatch model.bin\n"
    "  assess mismatch model.bin --levels 0.1,0.3 --chips 25 --csv chips.csv --at-least 90\n"
    "  assess mismatch robust.bin --versus plain.bin --levels 0.3\n";

struct request {
    struct options common;
    struct assess_journal journal;
    const char *model, *versus, *json, *csv, *plot;
    char *text; /* of levels, owned */
    const char *levels[MAX_LEVELS];
    size_t samples; /* 0: all */
    struct mismatch_request what;
    enum split split;
};

static void parse_levels(struct request *r, const char *text, struct argp_state *state)
{
    char *rest, *level;
    free(r->text);
    r->text = rest = strdup(text);
    r->what.level_count = 0;
    while ((level = strsep(&rest, ","))) {
        struct fault fault;
        double value;
        if (r->what.level_count == MAX_LEVELS)
            argp_error(state, "--levels: more than %d", MAX_LEVELS);
        if (options_number("--levels", level, 0, 100, &value, &fault))
            argp_error(state, "%s", fault.text);
        r->levels[r->what.level_count++] = level;
    }
}

static int whole(struct argp_state *state, const char *flag, const char *text, uint64_t low,
                 size_t *into)
{
    struct fault fault;
    uint64_t value;
    if (options_count(flag, text, low, 100000000, &value, &fault))
        argp_error(state, "%s", fault.text);
    *into = (size_t)value;
    return 0;
}

static error_t parse_output(int key, char *text, struct argp_state *state)
{
    struct request *r = state->input;
    struct fault fault;
    switch (key) {
    case KEY_JSON:
        r->json = text;
        return 0;
    case KEY_CSV:
        r->csv = text;
        return 0;
    case KEY_PLOT:
        r->plot = text;
        if (figure_check(text, MISMATCH_SCRIPT, &fault))
            argp_error(state, "--plot: %s", fault.text);
        return 0;
    case KEY_AT_LEAST:
        if (options_number("--at-least", text, 0, 100, &r->what.at_least, &fault))
            argp_error(state, "%s", fault.text);
        return 0;
    case KEY_VERSUS:
        r->versus = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct request *r = state->input;
    int split;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &r->common;
        state->child_inputs[1] = &r->journal;
        return 0;
    case KEY_LEVELS:
        parse_levels(r, text, state);
        return 0;
    case KEY_CHIPS:
        return whole(state, "--chips", text, 1, &r->what.chips);
    case KEY_FIRST:
        return whole(state, "--first-chip", text, 0, &r->what.first_chip);
    case KEY_SAMPLES:
        return whole(state, "--samples", text, 1, &r->samples);
    case KEY_MODEL:
        if (strcmp(text, "relative") && strcmp(text, "range"))
            argp_error(state, "--model: '%s' is unknown; choose relative or range", text);
        r->what.kind = strcmp(text, "range") ? NOISE_RELATIVE : NOISE_RANGE;
        return 0;
    case KEY_SPLIT:
        if ((split = split_from_name(text)) < 0)
            argp_error(state, "--split: '%s' is unknown; choose test, valid or train", text);
        r->split = (enum split)split;
        return 0;
    case KEY_INCLUDE:
        r->what.include = text;
        return 0;
    case KEY_EXCLUDE:
        r->what.exclude = text;
        return 0;
    case ARGP_KEY_ARG:
        if (r->model)
            argp_error(state, "one model at a time: '%s' is one too many", text);
        r->model = text;
        return 0;
    case ARGP_KEY_END:
        if (!r->model)
            argp_error(state, "which model?  Name a model file");
        if (r->json && r->csv && !strcmp(r->json, "-") && !strcmp(r->csv, "-"))
            argp_error(state, "--json and --csv cannot both go to standard output");
        return 0;
    default:
        return parse_output(key, text, state);
    }
}

static int on_chip(void *context)
{
    progress_add(context, 1);
    return interrupt_seen();
}

/* Load a model with its data.  Returns 0, or -1 with the reason. */
static int load(const struct request *r, const char *path, struct mismatch_outcome *o,
                struct fault *fault)
{
    o->path = path;
    if (model_read(&o->model, path, fault) ||
        dataset_load(&o->set, o->model.task, o->model.input, r->split, r->common.data, fault))
        return -1;
    if (r->samples > o->set.count)
        return fault_set(fault, "--samples: %s has %zu samples, %zu were asked for", o->set.name,
                         o->set.count, r->samples);
    if (!o->set.count)
        return fault_set(fault, "%s has no samples", o->set.name);
    o->done = fault_alloc(r->what.level_count, sizeof *o->done);
    o->correct = fault_alloc(r->what.level_count * r->what.chips, sizeof *o->correct);
    return 0;
}

/* Measure the model's chips, as far as nobody interrupts.  Returns 0, or -1 with the reason. */
static int measure(const struct request *r, struct mismatch_outcome *o, unsigned population,
                   struct fault *fault)
{
    unsigned char out[NETWORK_TENSORS];
    struct scope scope;
    struct progress progress;
    struct dataset set = o->set;
    const struct recipe recipe = {.include = r->what.include, .exclude = r->what.exclude};
    if (recipe_scope(&recipe, &o->model.network, out, fault))
        return -1;
    scope_init(&scope, &o->model.network, out);
    if (r->samples)
        set.count = r->samples;
    struct mismatch what = {&o->model.network, &set, &scope, r->what.kind, r->what.seed,
                            population, r->what.first_chip, r->what.chips, r->journal.journal};
    progress_begin(&progress, "chips", r->what.level_count * what.chips, r->common.quiet);
    for (size_t l = 0; l < r->what.level_count && !interrupt_seen(); l++)
        o->done[l] = mismatch_measure(&what, strtod(r->what.levels[l], NULL), on_chip, &progress,
                                      o->correct + l * what.chips);
    progress_end(&progress);
    o->set.count = set.count;
    return 0;
}

/* Only what is right on the same samples can be compared. */
static int check_same(const struct mismatch_outcome *own, const struct mismatch_outcome *other,
                      struct fault *fault)
{
    if (strcmp(own->set.sha256, other->set.sha256))
        return fault_set(fault, "--versus: %s is for other data (%s) than %s (%s)", other->path,
                         other->set.name, own->path, own->set.name);
    return 0;
}

static int write_all(const struct request *r, const struct mismatch_outcome *own,
                     const struct mismatch_outcome *other, struct fault *fault)
{
    if ((r->json && mismatch_report_json(&r->what, own, other, r->json, fault)) ||
        (r->csv && mismatch_report_csv(&r->what, own, other, r->csv, fault)))
        return -1;
    return r->plot && own->done[0] ? mismatch_report_plot(&r->what, own, other, r->plot, fault) : 0;
}

static int open_journal(struct request *r, const struct mismatch_outcome *own,
                        const struct mismatch_outcome *other, struct fault *fault)
{
    struct dataset set = own->set;
    set.count = r->samples ? r->samples : set.count;
    json_t *settings = json_pack("{s:s, s:i, s:s?, s:s?}", "versus",
                                 other ? other->model.sha256 : "", "kind", (int)r->what.kind,
                                 "include", r->what.include, "exclude", r->what.exclude);
    return assess_journal_open(&r->journal, "mismatch", own->model.sha256, &set, r->what.seed,
                               settings, fault);
}

static int assess(struct request *r, struct mismatch_outcome *own,
                  struct mismatch_outcome *other, struct fault *fault)
{
    if (load(r, r->model, own, fault) ||
        (other && (load(r, r->versus, other, fault) || check_same(own, other, fault))))
        return EXIT_INPUT;
    if (open_journal(r, own, other, fault))
        return EXIT_INPUT;
    if (measure(r, own, 0, fault) || (other && measure(r, other, 1, fault)))
        return EXIT_INPUT;
    int taken = (r->json && !strcmp(r->json, "-")) || (r->csv && !strcmp(r->csv, "-"));
    mismatch_report_table(taken ? stderr : stdout, &r->what, own, other);
    if (write_all(r, own, other, fault))
        return EXIT_INPUT;
    if (!mismatch_report_partial(&r->what, own) &&
        (!other || !mismatch_report_partial(&r->what, other)))
        return EXIT_DONE;
    fprintf(stderr, "assess: interrupted; the chips measured are reported\n");
    return EXIT_INCONCLUSIVE;
}

int assess_mismatch(int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&options_argp, 0, NULL, 0}, {&assess_journal_argp, 0, NULL, 0}, {0}};
    static const char *const usual[] = {"0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"};
    static char name[] = "assess mismatch";
    const struct argp argp = {flags, parse, "MODEL", help, children, NULL, NULL};
    struct request r = {.what = {.chips = 100, .at_least = -1, .level_count = 8},
                        .split = SPLIT_TEST};
    struct mismatch_outcome own = {0}, other = {0};
    struct fault fault = {""};
    memcpy(r.levels, usual, sizeof usual);
    r.what.levels = r.levels;
    argv[0] = name;
    options_begin(&r.common);
    argp_parse(&argp, argc, argv, 0, NULL, &r);
    r.what.seed = r.common.seed;
    int status = assess(&r, &own, r.versus ? &other : NULL, &fault);
    if (assess_journal_close(&r.journal, &fault))
        status = EXIT_INPUT;
    if (status == EXIT_INPUT)
        fprintf(stderr, "assess: %s\n", fault.text);
    mismatch_outcome_clear(&own);
    mismatch_outcome_clear(&other);
    free(r.text);
    return status;
}
