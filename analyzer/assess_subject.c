/* assess_subject.c -- see assess_subject.h. */
#include "assess_subject.h"

#include <inttypes.h>
#include <string.h>

#include "console/figure.h"
#include "specs/decimal.h"
#include "specs/outfile.h"

enum { KEY_SPLIT = 2000, KEY_SAMPLES, KEY_JSON, KEY_CSV, KEY_PLOT };

static const struct argp_option flags[] = {
    {"split", KEY_SPLIT, "PART", 0, "test (default), valid or train", 0},
    {"samples", KEY_SAMPLES, "N", 0, "The first N samples only", 0},
    {"json", KEY_JSON, "FILE", 0, "Everything (- for standard output)", 0},
    {"csv", KEY_CSV, "FILE", 0, "The figures, line by line (- for standard output)", 0},
    {"plot", KEY_PLOT, "FILE", 0, "Draw them (.svg, .png or .pdf)", 0},
    {0},
};

static void take_plot(struct assess_subject *s, const char *text, struct argp_state *state)
{
    struct fault fault;
    s->plot = text;
    if (figure_check(text, s->script, &fault))
        argp_error(state, "--plot: %s", fault.text);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct assess_subject *s = state->input;
    int split;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &s->common;
        return 0;
    case KEY_SPLIT:
        if ((split = split_from_name(text)) < 0)
            argp_error(state, "--split: '%s' is unknown; choose test, valid or train", text);
        s->split = (enum split)split;
        return 0;
    case KEY_SAMPLES:
        s->samples = assess_subject_count(state, "--samples", text, 1);
        return 0;
    case KEY_JSON:
        s->json = text;
        return 0;
    case KEY_CSV:
        s->csv = text;
        return 0;
    case KEY_PLOT:
        take_plot(s, text, state);
        return 0;
    case ARGP_KEY_ARG:
        if (s->path)
            argp_error(state, "one model at a time: '%s' is one too many", text);
        s->path = text;
        return 0;
    case ARGP_KEY_END:
        if (!s->path && !s->optional)
            argp_error(state, "which model?  Name a model file");
        if (s->json && s->csv && !strcmp(s->json, "-") && !strcmp(s->csv, "-"))
            argp_error(state, "--json and --csv cannot both go to standard output");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};
const struct argp assess_subject_argp = {flags, parse, NULL, NULL, children, NULL, NULL};

void assess_subject_begin(struct assess_subject *subject, char *name, char **argv)
{
    argv[0] = name;
    subject->split = SPLIT_TEST;
    options_begin(&subject->common);
}

static int check_outputs(const struct assess_subject *s, struct fault *fault)
{
    const char *paths[] = {s->json, s->csv, s->plot};
    return outfile_check(paths, sizeof paths / sizeof *paths, fault);
}

int assess_subject_model(struct assess_subject *s, struct fault *fault)
{
    return check_outputs(s, fault) ? -1 : model_read(&s->model, s->path, fault);
}

int assess_subject_load(struct assess_subject *s, struct fault *fault)
{
    return assess_subject_model(s, fault) || assess_subject_data(s, fault) ? -1 : 0;
}

int assess_subject_data(struct assess_subject *s, struct fault *fault)
{
    if (dataset_load(&s->set, s->model.task, s->model.input, s->split, s->common.data, fault))
        return -1;
    if (s->samples > s->set.count)
        return fault_set(fault, "--samples: %s has %zu samples, %zu were asked for", s->set.name,
                         s->set.count, s->samples);
    if (!s->set.count)
        return fault_set(fault, "%s has no samples", s->set.name);
    if (s->samples)
        s->set.count = s->samples;
    return 0;
}

void assess_subject_clear(struct assess_subject *s)
{
    dataset_clear(&s->set);
    model_clear(&s->model);
}

FILE *assess_subject_table(const struct assess_subject *s)
{
    int taken = (s->json && !strcmp(s->json, "-")) || (s->csv && !strcmp(s->csv, "-"));
    return taken ? stderr : stdout;
}

json_t *assess_subject_json(const struct assess_subject *s, const char *subcommand)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, s->common.seed);
    json_t *json = json_pack(
        "{s:s, s:s, s:{s:s, s:s, s:s}, s:{s:s, s:s, s:I}, s:s}", "schema", "steadfast/assess/1",
        "subcommand", subcommand, "model", "path", s->path, "sha256", s->model.sha256, "task",
        s->model.task, "data", "name", s->set.name, "sha256", s->set.sha256, "count",
        (json_int_t)s->set.count, "seed", seed);
    require(json);
    return json;
}

size_t assess_subject_decimals(struct argp_state *state, const char *flag, char *text, double low,
                               double high, const char **into, size_t most)
{
    size_t count = 0;
    mpq_t exact;
    mpq_init(exact);
    for (char *item; (item = strsep(&text, ","));) {
        struct fault fault;
        if (count == most)
            argp_error(state, "%s: more than %zu", flag, most);
        assess_subject_number(state, flag, item, low, high);
        if (decimal_parse(item, exact, &fault))
            argp_error(state, "%s: %s", flag, fault.text);
        into[count++] = item;
    }
    mpq_clear(exact);
    return count;
}

size_t assess_subject_count(struct argp_state *state, const char *flag, const char *text,
                            uint64_t low)
{
    struct fault fault;
    uint64_t value = low;
    if (options_count(flag, text, low, 100000000, &value, &fault))
        argp_error(state, "%s", fault.text);
    return (size_t)value;
}

double assess_subject_number(struct argp_state *state, const char *flag, const char *text,
                             double low, double high)
{
    struct fault fault;
    double value = low;
    if (options_number(flag, text, low, high, &value, &fault))
        argp_error(state, "%s", fault.text);
    return value;
}
