/* assess_pcm.c -- see assess_pcm.h. */
#include "analyzer/assess_pcm.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/assess_journal.h"
#include "analyzer/assess_subject.h"
#include "analyzer/pcm_explain.h"
#include "analyzer/pcm_report.h"
#include "console/exits.h"
#include "console/interrupt.h"
#include "console/progress.h"

#define MAX_TIMES 64

enum { KEY_PCM = 1000, KEY_TIMES, KEY_CHIPS, KEY_FIRST, KEY_PROGRAM, KEY_DRIFT, KEY_READ,
       KEY_COMPENSATION, KEY_TILE, KEY_DAC, KEY_ADC, KEY_IDEAL, KEY_EXPLAIN, KEY_AT_LEAST,
       KEY_VERSUS };

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
    {"at-least", KEY_AT_LEAST, "PCT", 0,
     "Also: a proven lower bound (99 % confidence) of the share of chips this accurate", 0},
    {"versus", KEY_VERSUS, "MODEL", 0, "Compare with another model's chips (Mann and Whitney)", 0},
    {0},
};

static const char help[] =
    "Measure the accuracy over time of chips that hold the weights in phase-change memory."
    "\vChip C is the same chip at every time, and for any number of threads, list of times, shard or "
    "choice of samples; the chips of --versus are others.  Every run first makes sure that a chip without noise is the network, bit "
    "for bit.  Column alpha is the mean factor of compensation, error % the rms error of a weight "
    "after it, in parts of its tile's largest.\n\nExamples:\n"
    "  assess pcm model.bin\n"
    "  assess pcm model.bin --pcm aihwkit --chips 5 --times 25,1d,1y --plot pcm.svg\n"
    "  assess pcm model.bin --compensation none --dac off --adc off --csv chips.csv\n"
    "  assess pcm robust.bin --versus plain.bin --plot both.svg\n"
    "  assess pcm --pcm hermes --explain\n";

struct request {
    struct assess_subject subject;
    struct assess_journal journal;
    char *text; /* of times, owned */
    const char *labels[MAX_TIMES];
    double times[MAX_TIMES];
    int explain;
    double at_least;
    const char *versus;
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

static int converter(struct argp_state *state, const char *flag, const char *text, int *bits)
{
    struct fault fault;
    uint64_t value = 0;
    if (strcmp(text, "off") && options_count(flag, text, 2, 16, &value, &fault))
        argp_error(state, "%s, or off", fault.text);
    *bits = (int)value;
    return 0;
}

static enum pcm_compensation compensation(struct argp_state *state, const char *text)
{
    for (int i = PCM_NONE; i <= PCM_NOISY; i++)
        if (!strcmp(text, pcm_compensation_name((enum pcm_compensation)i)))
            return (enum pcm_compensation)i;
    argp_error(state, "--compensation: '%s' is unknown; choose none, ideal or noisy", text);
    return PCM_NONE;
}

static error_t parse_device(int key, char *text, struct argp_state *state)
{
    struct request *r = state->input;
    struct pcm_measure *w = &r->what;
    struct pcm_scales *scales = &w->setup.scales;
    struct fault fault;
    switch (key) {
    case KEY_PCM:
        if (!(w->setup.device = pcm_find(text, &fault)))
            argp_error(state, "--pcm: %s", fault.text);
        return 0;
    case KEY_PROGRAM:
        scales->program = assess_subject_number(state, "--program", text, 0, 100);
        return 0;
    case KEY_DRIFT:
        scales->drift = assess_subject_number(state, "--drift", text, 0, 100);
        return 0;
    case KEY_READ:
        scales->read = assess_subject_number(state, "--read", text, 0, 100);
        return 0;
    case KEY_COMPENSATION:
        w->setup.compensation = compensation(state, text);
        return 0;
    case KEY_TILE:
        w->side = assess_subject_count(state, "--tile", text, 1);
        return 0;
    case KEY_DAC:
        return converter(state, "--dac", text, &w->dac_bits);
    case KEY_ADC:
        return converter(state, "--adc", text, &w->adc_bits);
    case KEY_IDEAL:
        *scales = (struct pcm_scales){0, 0, 0};
        w->dac_bits = w->adc_bits = 0;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void check_times(struct request *r, struct argp_state *state)
{
    struct fault fault;
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
        state->child_inputs[0] = &r->subject;
        state->child_inputs[1] = &r->journal;
        return 0;
    case KEY_TIMES:
        parse_times(r, text, state);
        return 0;
    case KEY_CHIPS:
        r->what.chips = assess_subject_count(state, "--chips", text, 1);
        return 0;
    case KEY_FIRST:
        r->what.first_chip = assess_subject_count(state, "--first-chip", text, 0);
        return 0;
    case KEY_AT_LEAST:
        r->at_least = assess_subject_number(state, "--at-least", text, 0, 100);
        return 0;
    case KEY_VERSUS:
        r->versus = text;
        return 0;
    case KEY_EXPLAIN:
        r->explain = r->subject.optional = 1;
        return 0;
    case ARGP_KEY_END:
        check_times(r, state);
        return 0;
    default:
        return parse_device(key, text, state);
    }
}

static int on_time(void *context)
{
    progress_add(context, 1);
    return interrupt_seen();
}

/* One model with its chips. */
struct trial {
    struct assess_subject subject;
    struct dataset calibration;
    struct pcm_measure what;
    struct pcm_measured found;
};

/* Samples that are not tested, for the converters' ranges. */
static int load_calibration(struct trial *t, struct fault *fault)
{
    static const enum split others[] = {SPLIT_VALID, SPLIT_TRAIN};
    const struct model *model = &t->subject.model;
    for (int i = 0; i < 2; i++) {
        if (others[i] == t->subject.split)
            continue;
        if (dataset_load(&t->calibration, model->task, model->input, others[i],
                         t->subject.common.data, fault))
            return -1;
        if (t->calibration.count)
            return 0;
        dataset_clear(&t->calibration);
        t->calibration = (struct dataset){.count = 0};
    }
    return fault_set(fault, "no samples are left to calibrate the converters; use --dac off "
                     "--adc off");
}

/* Returns 0, or -1 with the reason; trial_clear in any case. */
static int trial_load(struct trial *t, const struct request *r, const char *path,
                      struct fault *fault)
{
    t->subject = r->subject;
    t->subject.path = path;
    t->what = r->what;
    if (assess_subject_load(&t->subject, fault) ||
        ((r->what.dac_bits || r->what.adc_bits) && load_calibration(t, fault)))
        return -1;
    t->what.model = &t->subject.model;
    t->what.set = &t->subject.set;
    t->what.calibration = &t->calibration;
    return 0;
}

static void trial_clear(struct trial *t)
{
    pcm_measured_clear(&t->found);
    dataset_clear(&t->calibration);
    assess_subject_clear(&t->subject);
}

/* Returns an exit status: a chip without noise must be the network. */
static int trial_measure(struct trial *t)
{
    struct progress progress;
    if (!pcm_measure_ideal(&t->what)) {
        fprintf(stderr, "assess: SELF-CHECK FAILED: a chip without noise is not the network, bit "
                        "for bit.\nPlease report this.\n");
        return EXIT_SELF_CHECK;
    }
    progress_begin(&progress, "chips x times", t->what.chips * t->what.time_count,
                   t->subject.common.quiet);
    pcm_measure(&t->what, on_time, &progress, &t->found);
    progress_end(&progress);
    return t->found.done == t->what.chips ? EXIT_DONE : EXIT_INCONCLUSIVE;
}

static int write_all(const struct pcm_report *report, struct fault *fault)
{
    const struct assess_subject *s = report->subject;
    pcm_report_table(assess_subject_table(s), report);
    return (s->json && pcm_report_json(report, s->json, fault)) ||
           (s->csv && pcm_report_csv(report, s->csv, fault)) ||
           (s->plot && report->own.found->done && pcm_report_plot(report, s->plot, fault));
}

/* Only what is right on the same samples can be compared. */
static int check_same(const struct trial *own, const struct trial *other, struct fault *fault)
{
    return strcmp(own->subject.set.sha256, other->subject.set.sha256)
               ? fault_set(fault, "--versus: %s is for other data (%s) than %s (%s)",
                           other->subject.path, other->subject.set.name, own->subject.path,
                           own->subject.set.name)
               : 0;
}

static int open_journal(struct request *r, struct trial *own, struct trial *other,
                        struct fault *fault)
{
    const struct assess_subject *s = &own->subject;
    const struct pcm_setup *p = &own->what.setup;
    json_t *settings = json_pack("{s:s, s:[f, f, f], s:i, s:I, s:[i, i], s:s}", "device",
                                 p->device->name, "scales", p->scales.program, p->scales.drift,
                                 p->scales.read, "compensation", (int)p->compensation, "side",
                                 (json_int_t)own->what.side, "converters", own->what.dac_bits,
                                 own->what.adc_bits, "versus",
                                 r->versus ? other->subject.model.sha256 : "");
    int failed = assess_journal_open(&r->journal, "pcm", s->model.sha256, &s->set,
                                     s->common.seed, settings, fault);
    own->what.journal = other->what.journal = r->journal.journal;
    return failed;
}

static int assess(struct request *r, struct trial *own, struct trial *other,
                  struct fault *fault)
{
    if (trial_load(own, r, r->subject.path, fault) ||
        (r->versus && (trial_load(other, r, r->versus, fault) || check_same(own, other, fault))))
        return EXIT_INPUT;
    if (open_journal(r, own, other, fault))
        return EXIT_INPUT;
    other->what.first_chip += PCM_CHIPS / 2;
    int status = trial_measure(own);
    if (r->versus && status == EXIT_DONE)
        status = trial_measure(other);
    if (status == EXIT_SELF_CHECK)
        return status;
    const struct pcm_report report = {
        &own->subject, r->labels, r->at_least, {own->subject.path, &own->what, &own->found},
        {other->subject.path, &other->what, &other->found}};
    if (write_all(&report, fault))
        return EXIT_INPUT;
    if (status == EXIT_INCONCLUSIVE)
        fprintf(stderr, "assess: interrupted; the chips measured are reported, go on with "
                        "--first-chip %zu\n", own->what.first_chip + own->found.done);
    return status;
}

int assess_pcm(int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&assess_subject_argp, 0, NULL, 0}, {&assess_journal_argp, 0, NULL, 0}, {0}};
    static char name[] = "assess pcm";
    const struct argp argp = {flags, parse, "MODEL", help, children, NULL, NULL};
    struct request r = {
        .subject.script = PCM_SCRIPT, .at_least = -1,
        .what = {.setup = {pcm_preset(0), {1, 1, 1}, PCM_NOISY, 0}, .chips = 25, .side = 256,
                 .dac_bits = 8, .adc_bits = 8},
    };
    struct trial own = {.subject.path = NULL}, other = {.subject.path = NULL};
    struct fault fault = {""};
    int status = EXIT_DONE;
    assess_subject_begin(&r.subject, name, argv);
    argp_parse(&argp, argc, argv, 0, NULL, &r);
    r.what.times = r.times;
    r.what.setup.seed = r.subject.common.seed;
    if (r.explain)
        pcm_explain(stdout, &r.what);
    else
        status = assess(&r, &own, &other, &fault);
    if (assess_journal_close(&r.journal, &fault))
        status = EXIT_INPUT;
    if (status == EXIT_INPUT)
        fprintf(stderr, "assess: %s\n", fault.text);
    trial_clear(&own);
    trial_clear(&other);
    free(r.text);
    return status;
}
