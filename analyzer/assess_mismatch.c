/* assess_mismatch.c -- see assess_mismatch.h. */
#include "analyzer/assess_mismatch.h"

#include <argp.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/empirical/mismatch.h"
#include "analyzer/empirical/statistics.h"
#include "console/exits.h"
#include "console/figure.h"
#include "console/interrupt.h"
#include "console/options.h"
#include "console/progress.h"
#include "specs/model.h"
#include "specs/outfile.h"
#include "trainer/recipe.h"

#define SCRIPT "mismatch.gp"
#define MAX_LEVELS 64
#define CONFIDENCE 0.99

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
    "threads or choice of samples.\n\nExamples:\n"
    "  assess mismatch model.bin\n"
    "  assess mismatch model.bin --levels 0.1,0.3 --chips 25 --csv chips.csv --at-least 90\n"
    "  assess mismatch robust.bin --versus plain.bin --levels 0.3\n";

struct request {
    struct options common;
    const char *model, *versus, *json, *csv, *plot;
    char *text; /* of levels, owned */
    const char *levels[MAX_LEVELS];
    size_t level_count, samples;
    struct mismatch what;
    struct recipe recipe; /* for its scope */
    enum split split;
    double at_least; /* percent, or negative */
};

/* One model's chips. */
struct outcome {
    struct model model;
    struct dataset set;
    struct scope scope;
    size_t *correct; /* [levels][chips], owned */
    size_t levels;   /* wholly measured */
};

static void parse_levels(struct request *r, const char *text, struct argp_state *state)
{
    char *rest, *level;
    free(r->text);
    r->text = rest = strdup(text);
    r->level_count = 0;
    while ((level = strsep(&rest, ","))) {
        struct fault fault;
        double value;
        if (r->level_count == MAX_LEVELS)
            argp_error(state, "--levels: more than %d", MAX_LEVELS);
        if (options_number("--levels", level, 0, 100, &value, &fault))
            argp_error(state, "%s", fault.text);
        r->levels[r->level_count++] = level;
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
        if (figure_check(text, SCRIPT, &fault))
            argp_error(state, "--plot: %s", fault.text);
        return 0;
    case KEY_AT_LEAST:
        if (options_number("--at-least", text, 0, 100, &r->at_least, &fault))
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
        r->recipe.include = text;
        return 0;
    case KEY_EXCLUDE:
        r->recipe.exclude = text;
        return 0;
    case ARGP_KEY_ARG:
        if (r->model)
            argp_error(state, "one model at a time: '%s' is one too many", text);
        r->model = text;
        return 0;
    case ARGP_KEY_END:
        if (!r->model)
            argp_error(state, "which model?  Name a model file");
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

/* Load a model with its data and measure its chips.  Returns an exit status; releases nothing. */
static int measure(const struct request *r, const char *path, struct outcome *o,
                   struct fault *fault)
{
    unsigned char out[NETWORK_TENSORS];
    if (model_read(&o->model, path, fault))
        return EXIT_INPUT;
    if (recipe_scope(&r->recipe, &o->model.network, out, fault) ||
        dataset_load(&o->set, o->model.task, o->model.input, r->split, r->common.data, fault))
        return EXIT_INPUT;
    if (r->samples > o->set.count) {
        fault_set(fault, "--samples: %s has %zu samples, %zu were asked for", o->set.name,
                  o->set.count, r->samples);
        return EXIT_INPUT;
    }
    if (r->samples)
        o->set.count = r->samples;
    scope_init(&o->scope, &o->model.network, out);
    struct mismatch what = r->what;
    what.network = &o->model.network;
    what.set = &o->set;
    what.scope = &o->scope;
    what.seed = r->common.seed;
    o->correct = fault_alloc(r->level_count * what.chips, sizeof *o->correct);
    struct progress progress;
    progress_begin(&progress, "chips", r->level_count * what.chips, r->common.quiet);
    while (o->levels < r->level_count && !interrupt_seen()) {
        size_t *correct = o->correct + o->levels * what.chips;
        double level = strtod(r->levels[o->levels], NULL);
        if (mismatch_measure(&what, level, on_chip, &progress, correct) < what.chips)
            break;
        o->levels++;
    }
    progress_end(&progress);
    return o->levels < r->level_count ? EXIT_INCONCLUSIVE : EXIT_DONE;
}

static void outcome_clear(struct outcome *o)
{
    free(o->correct);
    dataset_clear(&o->set);
    model_clear(&o->model);
}

/* Accuracies at a level in percent, into values [chips]. */
static void percents(const struct request *r, const struct outcome *o, size_t level,
                     double *values)
{
    for (size_t c = 0; c < r->what.chips; c++)
        values[c] = 100.0 * (double)o->correct[level * r->what.chips + c] / (double)o->set.count;
}

static size_t count_at_least(const double *values, size_t count, double least)
{
    size_t hits = 0;
    for (size_t i = 0; i < count; i++)
        hits += values[i] >= least;
    return hits;
}

static void print_table(FILE *stream, const struct request *r, const struct outcome *o,
                        const struct outcome *other)
{
    size_t chips = r->what.chips;
    double *x = fault_alloc(chips, sizeof *x), *y = fault_alloc(chips, sizeof *y);
    fprintf(stream, "%-9s %8s %8s %8s %8s %8s %8s %8s\n", "level", "mean %", "std", "min", "25 %",
            "median", "75 %", "max");
    for (size_t l = 0; l < o->levels; l++) {
        percents(r, o, l, x);
        struct summary s = statistics_summary(x, chips);
        fprintf(stream, "%-9s %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f\n", r->levels[l], s.mean,
                s.deviation, s.least, s.lower, s.median, s.upper, s.greatest);
        if (r->at_least >= 0) {
            size_t hits = count_at_least(x, chips, r->at_least);
            fprintf(stream, "          %zu of %zu chips reach %g %%: at least %.2f %% of all chips "
                    "(%g %% confidence)\n", hits, chips, r->at_least,
                    floor(1e4 * statistics_at_least(hits, chips, CONFIDENCE)) / 100,
                    100 * CONFIDENCE);
        }
        if (other && l < other->levels) {
            percents(r, other, l, y);
            struct ranking rank = statistics_compare(x, chips, y, chips);
            fprintf(stream, "          other model: mean %.2f; U %.1f of %zu, p %.3g\n",
                    statistics_summary(y, chips).mean, rank.u, chips * chips, rank.probability);
        }
    }
    free(x);
    free(y);
}

static int write_csv(const struct request *r, const struct outcome *o, struct fault *fault)
{
    struct outfile file;
    if (outfile_open(&file, r->csv, fault))
        return -1;
    fprintf(file.stream, "level,chip,correct,samples\n");
    for (size_t l = 0; l < o->levels; l++)
        for (size_t c = 0; c < r->what.chips; c++)
            fprintf(file.stream, "%s,%zu,%zu,%zu\n", r->levels[l], r->what.first_chip + c,
                    o->correct[l * r->what.chips + c], o->set.count);
    return outfile_commit(&file, fault);
}

static int write_json(const struct request *r, const struct outcome *o, struct fault *fault)
{
    struct outfile file;
    json_t *levels = json_array();
    if (outfile_open(&file, r->json, fault)) {
        json_decref(levels);
        return -1;
    }
    for (size_t l = 0; l < o->levels; l++) {
        json_t *correct = json_array();
        for (size_t c = 0; c < r->what.chips; c++)
            json_array_append_new(correct,
                                  json_integer((json_int_t)o->correct[l * r->what.chips + c]));
        json_array_append_new(levels, json_pack("{s:s, s:o}", "level", r->levels[l], "correct",
                                                correct));
    }
    json_t *object = json_pack(
        "{s:s, s:s, s:{s:s, s:s, s:s}, s:{s:s, s:s, s:I}, s:s, s:I, s:I, s:I, s:b, s:o}", "schema",
        "steadfast/assess/1", "subcommand", "mismatch", "model", "path", r->model, "sha256",
        o->model.sha256, "task", o->model.task, "data", "name", o->set.name, "sha256",
        o->set.sha256, "count", (json_int_t)o->set.count, "noise",
        r->what.kind == NOISE_RANGE ? "range" : "relative", "seed", (json_int_t)r->common.seed,
        "first_chip", (json_int_t)r->what.first_chip, "chips", (json_int_t)r->what.chips,
        "interrupted", o->levels < r->level_count, "levels", levels);
    require(object);
    char *text = json_dumps(object, JSON_INDENT(1));
    require(text);
    fprintf(file.stream, "%s\n", text);
    free(text);
    json_decref(object);
    return outfile_commit(&file, fault);
}

struct drawing {
    const struct request *request;
    const struct outcome *outcome;
};

static void write_points(const void *context, FILE *points)
{
    const struct drawing *d = context;
    double *x = fault_alloc(d->request->what.chips, sizeof *x);
    for (size_t l = 0; l < d->outcome->levels; l++) {
        percents(d->request, d->outcome, l, x);
        struct summary s = statistics_summary(x, d->request->what.chips);
        fprintf(points, "%s %.4f %.4f %.4f %.4f\n", d->request->levels[l], s.mean, s.deviation,
                s.least, s.greatest);
    }
    free(x);
}

static int write_all(const struct request *r, const struct outcome *o, struct fault *fault)
{
    struct drawing drawing = {r, o};
    char title[256];
    snprintf(title, sizeof title, "%s, %zu chips, %zu samples", o->model.task, r->what.chips,
             o->set.count);
    if ((r->json && write_json(r, o, fault)) || (r->csv && write_csv(r, o, fault)))
        return -1;
    return r->plot && o->levels ? figure_draw(r->plot, SCRIPT, title, write_points, &drawing, fault)
                                : 0;
}

static int assess(struct request *r)
{
    struct fault fault = {""};
    struct outcome own = {0}, other = {0};
    int status = measure(r, r->model, &own, &fault), rest = EXIT_DONE;
    if (status == EXIT_DONE && r->versus)
        rest = measure(r, r->versus, &other, &fault);
    if (status != EXIT_INPUT && rest != EXIT_INPUT) {
        int taken = (r->json && !strcmp(r->json, "-")) || (r->csv && !strcmp(r->csv, "-"));
        print_table(taken ? stderr : stdout, r, &own, r->versus ? &other : NULL);
        if (write_all(r, &own, &fault))
            status = EXIT_INPUT;
    }
    status = status == EXIT_DONE ? rest : status;
    if (status == EXIT_INPUT)
        fprintf(stderr, "assess: %s\n", fault.text);
    if (status == EXIT_INCONCLUSIVE)
        fprintf(stderr, "assess: interrupted; levels measured wholly are reported\n");
    outcome_clear(&own);
    outcome_clear(&other);
    return status;
}

int assess_mismatch(int argc, char **argv)
{
    static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};
    static const char *const usual[] = {"0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"};
    const struct argp argp = {flags, parse, "MODEL", help, children, NULL, NULL};
    struct request r = {.what.chips = 100, .split = SPLIT_TEST, .at_least = -1, .level_count = 8};
    static char name[] = "assess mismatch";
    memcpy(r.levels, usual, sizeof usual);
    argv[0] = name;
    options_begin(&r.common);
    argp_parse(&argp, argc, argv, 0, NULL, &r);
    int status = assess(&r);
    free(r.text);
    return status;
}
