/* arguments.c -- see arguments.h. */
#include "arguments.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/arguments_check.h"
#include "analyzer/arguments_flags.h"
#include "analyzer/claim_measure.h"
#include "analyzer/curve.h"
#include "analyzer/domains/linear.h"
#include "analyzer/domains/trace.h"
#include "specs/box.h"
#include "specs/claim.h"

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

/* A quarter, rounded up, so that certified samples are always among them. */
static void set_attacked(struct falsify_settings *attack, size_t undecided)
{
    attack->undecided = undecided;
    attack->certified = undecided / 4 + (undecided % 4 != 0);
}

static error_t parse_attack(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;
    struct fault fault;
    uint64_t count = 0;
    int bad = 0;
    switch (key) {
    case KEY_ATTACK:
        if (!strcmp(text, "all"))
            count = SIZE_MAX;
        else if (strcmp(text, "off") && options_count("--attack", text, 0, SIZE_MAX, &count, &fault))
            argp_error(state, "%s, nor all or off", fault.text);
        set_attacked(&a->attack, (size_t)count);
        return 0;
    case KEY_ATTACK_STEPS:
        bad = options_count("--attack-steps", text, 1, 100000, &count, &fault);
        a->attack.budget.steps = (size_t)count;
        break;
    case KEY_ATTACK_RESTARTS:
        bad = options_count("--attack-restarts", text, 1, 100000, &count, &fault);
        a->attack.budget.restarts = (size_t)count;
        break;
    case KEY_WITNESS:
        a->attack.witness = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    if (bad)
        argp_error(state, "%s", fault.text);
    return 0;
}

static error_t parse_limit(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;
    struct fault fault;
    if (key == KEY_TIME_LIMIT) {
        if (options_number("--time-limit", text, 1e-3, 1e9, &a->seconds, &fault))
            argp_error(state, "%s", fault.text);
        return 0;
    }
    if (key == KEY_SAMPLE_LIMIT) {
        if (options_number("--sample-limit", text, 1e-6, 1e9, &a->settings.seconds, &fault))
            argp_error(state, "%s", fault.text);
        return 0;
    }
    return parse_attack(key, text, state);
}

static error_t parse_engine(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;
    struct fault fault;
    uint64_t count;
    switch (key) {
    case KEY_DOMAIN:
        a->settings.domain = (enum bounder_domain)named(state, "--domain", text,
                                                        bounder_domain_from_name(text),
                                                        "auto, box, trace or linear");
        return 0;
    case KEY_DISJUNCTS:
        if (options_count("--disjuncts", text, 1, TRACE_MOST_DISJUNCTS, &count, &fault))
            argp_error(state, "%s", fault.text);
        a->settings.disjuncts = (int)count;
        return 0;
    case KEY_SPLITS:
        if (options_count("--splits", text, 0, 1000000, &count, &fault))
            argp_error(state, "%s", fault.text);
        a->settings.splits = (size_t)count;
        return 0;
    case KEY_BUDGET:
        if (options_number("--linear-budget", text, 0, 1e18, &a->settings.budget, &fault))
            argp_error(state, "%s", fault.text);
        return 0;
    case KEY_REFINE:
        count = LINEAR_CASES;
        if (text && options_count("--refine", text, 1, 65536, &count, &fault))
            argp_error(state, "%s", fault.text);
        a->settings.refine = (size_t)count;
        return 0;
    case KEY_ENGINE:
        if (strcmp(text, "double") && strcmp(text, "mpfr"))
            argp_error(state, "--engine: '%s' is unknown; choose double or mpfr", text);
        a->settings.engine = strcmp(text, "double") ? PROVER_MPFR : PROVER_DOUBLE;
        return 0;
    case KEY_BITS:
        if (options_count("--bits", text, 24, 4096, &count, &fault))
            argp_error(state, "%s", fault.text);
        a->settings.bits = (int)count;
        return 0;
    case KEY_REFEREE:
        parse_referee(a, text, state);
        return 0;
    default:
        return parse_limit(key, text, state);
    }
}

static error_t parse_long_run(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;
    struct fault fault;
    switch (key) {
    case KEY_SHARD:
        if (shard_parse(&a->shard, text, &fault))
            argp_error(state, "%s", fault.text);
        return 0;
    case KEY_MERGE:
        a->merge = 1;
        return 0;
    case KEY_JOURNAL:
        a->journal = text;
        return 0;
    case KEY_RESUME:
        a->resume = 1;
        return 0;
    default:
        return parse_engine(key, text, state);
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
    case KEY_CERT:
        a->cert = text;
        return 0;
    case KEY_BOX_OUT:
        a->box_out = text;
        return 0;
    case KEY_DETAIL:
        a->detail = (enum certificate_detail)named(state, "--cert-detail", text,
                                                   certificate_detail_from_name(text),
                                                   "full or brief");
        a->detailed = 1;
        return 0;
    case KEY_CLAIM:
        a->claim = text;
        return 0;
    case KEY_PROMISE:
        if (claim_promises_parse(a->promises, text, &fault) ||
            claim_measure_check(a->promises, &fault))
            argp_error(state, "--promise: %s", fault.text);
        a->promised = 1;
        return 0;
    case KEY_MIN_CERTIFIED:
        if (options_number("--min-certified", text, 0, 100, &a->min_certified, &fault))
            argp_error(state, "%s", fault.text);
        return 0;
    default:
        return parse_long_run(key, text, state);
    }
}

static error_t parse_box(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;
    struct fault fault;
    switch (key) {
    case KEY_BOX:
        if (box_form_parse(&a->settings.box, text, &fault))
            argp_error(state, "--box: %s", fault.text);
        return 0;
    case KEY_EXACT_BIAS:
        a->settings.box.exact_bias = 1;
        return 0;
    case KEY_ZETA_NEURON:
        if (box_check_neuron(text, &fault))
            argp_error(state, "--zeta-neuron: %s", fault.text);
        a->settings.box.neuron = text;
        return 0;
    case KEY_DIGITAL:
        if (strcmp(text, "float32"))
            argp_error(state, "--digital: '%s' is unknown; choose float32", text);
        a->settings.box.digital = 1;
        return 0;
    case KEY_FOLDED_BIAS:
        a->settings.box.folded_bias = 1;
        return 0;
    default:
        return parse_output(key, text, state);
    }
}

/* What a claim says itself, so that no flag may. */
static int is_statement(int key)
{
    static const int keys[] = {KEY_ZETA, KEY_BOX, KEY_SAMPLES, KEY_SPLIT, KEY_CRITERION, KEY_DOMAIN,
                               KEY_DISJUNCTS, KEY_SPLITS, KEY_BUDGET, KEY_REFINE, KEY_SHARD, KEY_RADIUS, KEY_EXACT_BIAS,
                               KEY_FOLDED_BIAS, KEY_ZETA_NEURON, KEY_DIGITAL, KEY_SIGMA, KEY_CLAIM,
                               KEY_PROMISE};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i] == key)
            return 1;
    return 0;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;
    a->stated |= is_statement(key);
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        return 0;
    case KEY_ZETA:
        parse_zetas(a, text, state);
        return 0;
    case KEY_CRITERION:
        a->settings.criterion = (enum criterion)named(
            state, "--criterion", text, criterion_from_name(text), "margin or disjoint");
        return 0;
    case KEY_SPLIT:
        a->split = (enum split)named(state, "--split", text, split_from_name(text),
                                     "test, valid or train");
        return 0;
    case KEY_RADIUS:
        a->radius = 1;
        return 0;
    case KEY_SIGMA:
        a->sigma = text;
        return 0;
    case KEY_SAMPLES:
        parse_samples(a, text, state);
        return 0;
    case ARGP_KEY_ARG:
        a->parts = realloc(a->parts, (a->part_count + 1) * sizeof *a->parts);
        require(a->parts);
        a->parts[a->part_count++] = text;
        return 0;
    case ARGP_KEY_END:
        arguments_check(a, state);
        return 0;
    default:
        return parse_box(key, text, state);
    }
}

void arguments_parse(struct arguments *arguments, int argc, char **argv)
{
    static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {arguments_flags, parse, "MODEL|CLAIM\n--merge RESULT...", arguments_help, children, NULL, NULL};
    *arguments = (struct arguments){
        .attack.budget = {FALSIFY_DEFAULT_STEPS, FALSIFY_DEFAULT_RESTARTS},
        .settings = {.bits = 128, .referee = REFEREE_SAMPLES, .disjuncts = TRACE_DISJUNCTS},
        .whole = 1, .split = SPLIT_TEST, .min_certified = -1,
    };
    set_attacked(&arguments->attack, FALSIFY_DEFAULT_UNDECIDED);
    options_begin(&arguments->common);
    argp_parse(&argp, argc, argv, 0, NULL, arguments);
    arguments->settings.seed = arguments->common.seed;
}

void arguments_clear(struct arguments *arguments)
{
    free(arguments->zeta_text);
    free(arguments->parts);
}
