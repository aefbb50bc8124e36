/* assess_pcm.c -- see assess_pcm.h. */
#include "analyzer/assess_pcm.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/pcm_explain.h"
#include "analyzer/pcm_report.h"
#include "console/exits.h"
#include "console/figure.h"
#include "console/interrupt.h"
#include "console/options.h"
#include "console/progress.h"

#define MAX_TIMES 64

enum { KEY_PCM = 1000, KEY_TIMES, KEY_CHIPS, KEY_FIRST, KEY_PROGRAM, KEY_DRIFT, KEY_READ,
       KEY_COMPENSATION, KEY_TILE, KEY_DAC, KEY_ADC, KEY_IDEAL, KEY_EXPLAIN, KEY_SPLIT,
       KEY_SAMPLES, KEY_AT_LEAST, KEY_JSON, KEY_CSV, KEY_PLOT };

static const struct argp_option flags[] = {
    {"pcm", KEY_PCM, "DEVICE", 0, "paper (default), aihwkit, joshi or hermes (specs/pcm.md)", 0},
    {"times", KEY_TIMES, "T[,T...]", 0,
     "Seconds, or with m, h, d or y (default 25,1h,1d,30d,1y; from the device's first reading)", 0},
    {"chips", KEY_CHIPS, "N", 0, "Chips (default 25)", 0},
    {"first-chip", KEY_FIRST, "C", 0, "The first one's number (default 0): for work in shards", 0},
    {"program", KEY_PROGRAM, "S", 0, "Programming noise times S (default 1; 0: none)", 0},
    {"drift", KEY_DRIFT, "S", 0, "Exponents of drift times S", 0},
    {"read", KEY_READ, "S", 0, "Read noise times S", 0},
    {"compensation", KEY_COMPENSATION, "KIND", 0,
     "Of drift, per tile: none, ideal or noisy (default: read with noise)", 0},
    {"tile", KEY_TILE, "N", 0, "Rows and columns of a tile, at most (default 256)", 0},
    {"dac", KEY_DAC, "BITS", 0, "Of the inputs' converters, 2 to 16 or off (default 8)", 0},
    {"adc", KEY_ADC, "BITS", 0, "Of the outputs' converters", 0},
    {"ideal", KEY_IDEAL, NULL, 0, "No noise, no drift, no converters", 0},
    {"explain", KEY_EXPLAIN, NULL, 0, "Print the equations and constants in force, and end", 0},
    {"split", KEY_SPLIT, "PART", 0, "test (default), valid or train", 0},
    {"samples", KEY_SAMPLES, "N", 0, "The first N samples only", 0},
    {"at-least", KEY_AT_LEAST, "PCT", 0,
     "Also: a proven lower bound (99 % confidence) of the share of chips this accurate", 0},
    {"json", KEY_JSON, "FILE", 0, "Everything, per chip (- for standard output)", 0},
    {"csv", KEY_CSV, "FILE", 0, "A line per time and chip (- for standard output)", 0},
    {"plot", KEY_PLOT, "FILE", 0, "Accuracy against time (.svg, .png or .pdf)", 0},
    {0},
};

static const char help[] =
    "Measure the accuracy over time of chips that hold the weights in phase-change memory."
    "\vChip C is the same chip at every time, and for any number of threads, list of times, shard or "
    "choice of samples.  Every run first makes sure that a chip without noise is the network, bit "
    "for bit.  Column alpha is the mean factor of compensation, error % the rms error of a weight "
    "after it, in parts of its tile's largest.\n\nExamples:\n"
    "  assess pcm model.bin\n"
    "  assess pcm model.bin --pcm aihwkit --chips 5 --times 25,1d,1y --plot pcm.svg\n"
    "  assess pcm model.bin --compensation none --dac off --adc off --csv chips.csv\n"
    "  assess pcm --pcm hermes --explain\n";

struct request {
    struct options common;
    const char *model, *json, *csv, *plot;
    char *text; /* of times, owned */
    const char *labels[MAX_TIMES];
    double times[MAX_TIMES];
    int explain;
    size_t samples; /* 0: all */
    double at_least;
    enum split split;
    struct pcm_measure what;
};

/* A number of seconds, with or without a unit; negative for anything else. */
static double seconds(const char *text)
{
    static const struct { char unit; double seconds; } units[] = {
        {'\0', 1}, {'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'y', 31536000}};
    char *end;
    double value = strtod(text, &end);
    if (end == text || text[0] == '-' || !(value >= 0 && value < 1e12))
        return -1;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (*end == units[i].unit && (!*end || !end[1]))
            return value * units[i].seconds;
    return -1;
}

static void parse_times(struct request *r, const char *text, struct argp_state *state)
{
    char *rest, *time;
    free(r->text);
    r->text = rest = strdup(text);
    r->what.time_count = 0;
    while ((time = strsep(&rest, ","))) {
        size_t at = r->what.time_count;
        if (at == MAX_TIMES)
            argp_error(state, "--times: more than %d", MAX_TIMES);
        r->times[at] = seconds(time);
        if (r->times[at] < 0)
            argp_error(state, "--times: '%s' is no time; write seconds, or 90m, 1h, 30d, 1y", time);
        r->labels[r->what.time_count++] = time;
    }
}

/* The usual times, as far as the device knows them. */
static void usual_times(struct request *r)
{
    static const char *const usual[] = {"25", "1h", "1d", "30d", "1y"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        r->labels[i] = usual[i];
        r->times[i] = seconds(usual[i]);
    }
    if (pcm_check_time(r->what.setup.device, r->times[0], NULL)) {
        static char first[32];
        r->times[0] = pcm_first_time(r->what.setup.device);
        snprintf(first, sizeof first, "%.9g", r->times[0]);
        r->labels[0] = first;
    }
    r->what.time_count = sizeof usual / sizeof *usual;
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

static int factor(struct argp_state *state, const char *flag, const char *text, double high,
                  double *into)
{
    struct fault fault;
    if (options_number(flag, text, 0, high, into, &fault))
        argp_error(state, "%s", fault.text);
    return 0;
}

static int converter(struct argp_state *state, const char *flag, const char *text, int *bits)
{
    struct fault fault;
    uint64_t value = 0;
    if (strcmp(text, "off") && options_count(flag, text, 2, 16, &value, &fault))
        argp_error(state, "%s, or off", fault.text);
    *bits = (int)value;
    return 0;
}

static error_t parse_device(int key, char *text, struct argp_state *state)
{
    struct request *r = state->input;
    struct pcm_measure *w = &r->what;
    struct fault fault;
    switch (key) {
    case KEY_PCM:
        if (!(w->setup.device = pcm_find(text, &fault)))
            argp_error(state, "--pcm: %s", fault.text);
        return 0;
    case KEY_PROGRAM:
        return factor(state, "--program", text, 100, &w->setup.scales.program);
    case KEY_DRIFT:
        return factor(state, "--drift", text, 100, &w->setup.scales.drift);
    case KEY_READ:
        return factor(state, "--read", text, 100, &w->setup.scales.read);
    case KEY_COMPENSATION:
        for (int i = PCM_NONE; i <= PCM_NOISY; i++)
            if (!strcmp(text, pcm_compensation_name((enum pcm_compensation)i))) {
                w->setup.compensation = (enum pcm_compensation)i;
                return 0;
            }
        argp_error(state, "--compensation: '%s' is unknown; choose none, ideal or noisy", text);
        return 0;
    case KEY_TILE:
        return whole(state, "--tile", text, 1, &w->side);
    case KEY_DAC:
        return converter(state, "--dac", text, &w->dac_bits);
    case KEY_ADC:
        return converter(state, "--adc", text, &w->adc_bits);
    case KEY_IDEAL:
        w->setup.scales = (struct pcm_scales){0, 0, 0};
        w->dac_bits = w->adc_bits = 0;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_work(int key, char *text, struct argp_state *state)
{
    struct request *r = state->input;
    struct fault fault;
    int split;
    switch (key) {
    case KEY_TIMES:
        parse_times(r, text, state);
        return 0;
    case KEY_CHIPS:
        return whole(state, "--chips", text, 1, &r->what.chips);
    case KEY_FIRST:
        return whole(state, "--first-chip", text, 0, &r->what.first_chip);
    case KEY_SAMPLES:
        return whole(state, "--samples", text, 1, &r->samples);
    case KEY_AT_LEAST:
        return factor(state, "--at-least", text, 100, &r->at_least);
    case KEY_SPLIT:
        if ((split = split_from_name(text)) < 0)
            argp_error(state, "--split: '%s' is unknown; choose test, valid or train", text);
        r->split = (enum split)split;
        return 0;
    case KEY_EXPLAIN:
        r->explain = 1;
        return 0;
    case KEY_JSON:
        r->json = text;
        return 0;
    case KEY_CSV:
        r->csv = text;
        return 0;
    case KEY_PLOT:
        r->plot = text;
        if (figure_check(text, PCM_SCRIPT, &fault))
            argp_error(state, "--plot: %s", fault.text);
        return 0;
    default:
        return parse_device(key, text, state);
    }
}

static void check_request(struct request *r, struct argp_state *state)
{
    struct fault fault;
    if (!r->model && !r->explain)
        argp_error(state, "which model?  Name a model file");
    if (r->json && r->csv && !strcmp(r->json, "-") && !strcmp(r->csv, "-"))
        argp_error(state, "--json and --csv cannot both go to standard output");
    if (!r->what.time_count)
        usual_times(r);
    for (size_t t = 0; t < r->what.time_count; t++)
        if (pcm_check_time(r->what.setup.device, r->times[t], &fault))
            argp_error(state, "--times: %s", fault.text);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &r->common;
        return 0;
    case ARGP_KEY_ARG:
        if (r->model)
            argp_error(state, "one model at a time: '%s' is one too many", text);
        r->model = text;
        return 0;
    case ARGP_KEY_END:
        check_request(r, state);
        return 0;
    default:
        return parse_work(key, text, state);
    }
}

static int on_time(void *context)
{
    progress_add(context, 1);
    return interrupt_seen();
}

/* Samples that are not tested, for the converters' ranges. */
static int load_calibration(const struct request *r, const struct model *model,
                            struct dataset *set, struct fault *fault)
{
    static const enum split others[] = {SPLIT_VALID, SPLIT_TRAIN};
    for (int i = 0; i < 2; i++) {
        if (others[i] == r->split)
            continue;
        if (dataset_load(set, model->task, model->input, others[i], r->common.data, fault))
            return -1;
        if (set->count)
            return 0;
        dataset_clear(set);
        *set = (struct dataset){.count = 0};
    }
    return fault_set(fault, "no samples are left to calibrate the converters; use --dac off "
                     "--adc off");
}

/* Returns 0, or -1 with the reason; both sets are to be cleared in any case. */
static int load(struct request *r, struct model *model, struct dataset *set,
                struct dataset *calibration, struct fault *fault)
{
    if (model_read(model, r->model, fault) ||
        dataset_load(set, model->task, model->input, r->split, r->common.data, fault) ||
        ((r->what.dac_bits || r->what.adc_bits) &&
         load_calibration(r, model, calibration, fault)))
        return -1;
    if (r->samples > set->count)
        return fault_set(fault, "--samples: %s has %zu samples, %zu were asked for", set->name,
                         set->count, r->samples);
    if (!set->count)
        return fault_set(fault, "%s has no samples", set->name);
    set->count = r->samples ? r->samples : set->count;
    r->what.model = model;
    r->what.set = set;
    r->what.calibration = calibration;
    return 0;
}

static int measure(struct request *r, struct fault *fault)
{
    struct pcm_measured found = {0};
    struct progress progress;
    if (!pcm_measure_ideal(&r->what)) {
        fprintf(stderr, "assess: SELF-CHECK FAILED: a chip without noise is not the network, bit "
                        "for bit.\nPlease report this.\n");
        return EXIT_SELF_CHECK;
    }
    progress_begin(&progress, "chips x times", r->what.chips * r->what.time_count,
                   r->common.quiet);
    pcm_measure(&r->what, on_time, &progress, &found);
    progress_end(&progress);
    const struct pcm_report report = {r->model, r->labels, r->at_least, &r->what, &found};
    int taken = (r->json && !strcmp(r->json, "-")) || (r->csv && !strcmp(r->csv, "-"));
    int status = found.done == r->what.chips ? EXIT_DONE : EXIT_INCONCLUSIVE;
    pcm_report_table(taken ? stderr : stdout, &report);
    if ((r->json && pcm_report_json(&report, r->json, fault)) ||
        (r->csv && pcm_report_csv(&report, r->csv, fault)) ||
        (r->plot && found.done && pcm_report_plot(&report, r->plot, fault)))
        status = EXIT_INPUT;
    if (status == EXIT_INCONCLUSIVE)
        fprintf(stderr, "assess: interrupted; the chips measured are reported, go on with "
                        "--first-chip %zu\n", r->what.first_chip + found.done);
    pcm_measured_clear(&found);
    return status;
}

static int assess(struct request *r)
{
    struct model model = {.task = ""};
    struct dataset set = {.count = 0}, calibration = {.count = 0};
    struct fault fault = {""};
    int status = load(r, &model, &set, &calibration, &fault) ? EXIT_INPUT : measure(r, &fault);
    if (status == EXIT_INPUT)
        fprintf(stderr, "assess: %s\n", fault.text);
    dataset_clear(&set);
    dataset_clear(&calibration);
    model_clear(&model);
    return status;
}

int assess_pcm(int argc, char **argv)
{
    static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};
    static char name[] = "assess pcm";
    const struct argp argp = {flags, parse, "MODEL", help, children, NULL, NULL};
    struct request r = {
        .split = SPLIT_TEST, .at_least = -1,
        .what = {.setup = {pcm_preset(0), {1, 1, 1}, PCM_NOISY, 0}, .chips = 25, .side = 256,
                 .dac_bits = 8, .adc_bits = 8},
    };
    int status = EXIT_DONE;
    argv[0] = name;
    options_begin(&r.common);
    argp_parse(&argp, argc, argv, 0, NULL, &r);
    r.what.times = r.times;
    r.what.setup.seed = r.common.seed;
    if (r.explain)
        pcm_explain(stdout, &r.what);
    else
        status = assess(&r);
    free(r.text);
    return status;
}
