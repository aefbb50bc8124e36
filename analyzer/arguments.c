/* arguments.c -- see arguments.h. */
#include "arguments.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/certificate_write.h"
#include "analyzer/curve.h"
#include "analyzer/domains/trace.h"
#include "specs/box.h"

enum {
    KEY_ZETA = 1000, KEY_DOMAIN, KEY_ENGINE, KEY_BITS, KEY_BOX, KEY_SAMPLES, KEY_SPLIT,
    KEY_CRITERION, KEY_DISJUNCTS, KEY_SPLITS, KEY_RADIUS, KEY_JSON, KEY_CSV, KEY_PLOT,
    KEY_MIN_CERTIFIED, KEY_REFEREE, KEY_EXACT_BIAS, KEY_FOLDED_BIAS, KEY_ZETA_NEURON, KEY_DIGITAL,
    KEY_TIME_LIMIT, KEY_SAMPLE_LIMIT, KEY_ATTACK, KEY_ATTACK_STEPS, KEY_ATTACK_RESTARTS, KEY_WITNESS,
    KEY_CERT
};

static const struct argp_option flags[] = {
    {NULL, 0, NULL, 0, "What is claimed:", 1},
    {"zeta", KEY_ZETA, "Z[,Z...]", 0,
     "Sizes of the box: every parameter may be off by Z (decimals, taken exactly)", 0},
    {"box", KEY_BOX, "KIND", 0,
     "relative: off by Z times its size (default); absolute: by Z; range: by Z times its "
     "tensor's largest; affine:A,B: by A times its size plus B times its tensor's largest; "
     "quantised:BITS: by half a step of its tensor's grid; file:PATH: within given ends.  The "
     "last three have a size of their own and Z, by default 1, scales it", 0},
    {"exact-bias", KEY_EXACT_BIAS, NULL, 0, "Biases do not vary", 0},
    {"box-folded-bias", KEY_FOLDED_BIAS, NULL, 0,
     "Biases made by folding a batch normalisation vary too", 0},
    {"zeta-neuron", KEY_ZETA_NEURON, "Z", 0,
     "Every spiking neuron's tau, tau_ada, beta and b0 may be off by Z times its size, too", 0},
    {"digital", KEY_DIGITAL, "float32", 0,
     "Include the rounding of float32 executions, in any order of summation", 0},
    {"radius", KEY_RADIUS, NULL, 0,
     "Also, or instead of --zeta: per sample the largest size found provable, and for as many "
     "samples as --attack says the smallest found broken", 0},
    {"criterion", KEY_CRITERION, "C", 0,
     "margin: the label's logit beats each other one (default); disjoint: its interval "
     "lies above all others", 0},
    {NULL, 0, NULL, 0, "On which samples:", 2},
    {"split", KEY_SPLIT, "PART", 0, "test (default), valid or train", 0},
    {"samples", KEY_SAMPLES, "N|A:B", 0, "The first N samples, or those from A to before B", 0},
    {NULL, 0, NULL, 0, "How it is proved:", 3},
    {"domain", KEY_DOMAIN, "D", 0,
     "box: interval bound propagation; trace: filtered spike trains with alternative "
     "histories (LSNN); linear: backward substitution (feed-forward); auto: box, then "
     "trace or linear (default)", 0},
    {"disjuncts", KEY_DISJUNCTS, "K", 0, "trace: histories per neuron (default 4)", 0},
    {"splits", KEY_SPLITS, "N", 0,
     "trace: runs that a sample may cost beyond the first, on cases of undecided spikes "
     "(default 0)", 0},
    {"engine", KEY_ENGINE, "E", 0, "double, rounded outward (default), or mpfr", 0},
    {"bits", KEY_BITS, "P", 0, "Precision of mpfr, as engine and as referee (default 128)", 0},
    {"referee", KEY_REFEREE, "PCT|full|off", 0,
     "Share of samples that mpfr proves again after double (default: 8 samples)", 0},
    {"time-limit", KEY_TIME_LIMIT, "S", 0,
     "Stop each zeta's proofs after S seconds; samples not reached stay unknown, exit status 4", 0},
    {"sample-limit", KEY_SAMPLE_LIMIT, "S", 0,
     "trace, linear: after S seconds begin no more cases of, or substitutions for, a sample; "
     "results then depend on the machine's speed", 0},
    {NULL, 0, NULL, 0, "How it is attacked:", 4},
    {"attack", KEY_ATTACK, "N|all|off", 0,
     "Undecided samples for which a counterexample in the box is looked for (default 16); as a "
     "check of ourselves a quarter as many certified ones, too", 0},
    {"attack-steps", KEY_ATTACK_STEPS, "N", 0, "Gradient steps of an attempt (default 10)", 0},
    {"attack-restarts", KEY_ATTACK_RESTARTS, "N", 0,
     "Starts: the model, then random ones; each with two losses (default 1)", 0},
    {"witness", KEY_WITNESS, "DIR", 0,
     "Save the parameters that break sample N as DIR/sample-N.bin", 0},
    {NULL, 0, NULL, 0, "What comes out:", 5},
    {"json", KEY_JSON, "FILE", 0, "Everything, per sample too (- for standard output)", 0},
    {"csv", KEY_CSV, "FILE", 0, "The table; with --radius a line per sample (- for standard output)", 0},
    {"plot", KEY_PLOT, "FILE", 0, "The certification curve; with --radius alone, the radii (.svg, .png or .pdf)", 0},
    {"cert", KEY_CERT, "FILE", 0, "A certificate that audit checks (certs/certificate.md); for one --zeta", 0},
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
    "  certify model.bin --zeta 1e-4 --domain trace --splits 16\n"
    "  certify model.bin --radius --samples 200 --csv radii.csv\n"
    "  certify model.bin --zeta 1e-4 --samples 100:200 --engine mpfr --bits 256\n"
    "  certify model.bin --zeta 1e-5 --min-certified 80 || echo too few\n"
    "  certify model.bin --box quantised:12 --exact-bias\n"
    "  certify model.bin --zeta 0.1 --attack all --witness broken\n"
    "\nThe table counts, of all samples: nominal, right with the model's own parameters; "
    "certified, proven right over the whole box; falsified, a parameter vector in the box is "
    "proven wrong; unknown, neither; "
    "misclassified, wrong already.  The proof is about real arithmetic; with --digital about "
    "float32 executions as well.\n"
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
    case KEY_MIN_CERTIFIED:
        if (options_number("--min-certified", text, 0, 100, &a->min_certified, &fault))
            argp_error(state, "%s", fault.text);
        return 0;
    default:
        return parse_engine(key, text, state);
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

/* What certificates speak about. */
static void check_cert(const struct arguments *a, struct argp_state *state)
{
    struct fault fault;
    if (a->zeta_count != 1)
        argp_error(state, "--cert: a certificate is for one --zeta");
    if (certificate_write_check(&a->settings, &fault))
        argp_error(state, "--cert: %s", fault.text);
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
        if (!a->zeta_count && !a->radius && box_form_sized(&a->settings.box))
            a->zetas[a->zeta_count++] = "1";
        if (!a->zeta_count && !a->radius)
            argp_error(state, "how large a box?  Give --zeta, e.g. --zeta 5e-4");
        if (a->cert)
            check_cert(a, state);
        return 0;
    default:
        return parse_box(key, text, state);
    }
}

void arguments_parse(struct arguments *arguments, int argc, char **argv)
{
    static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {flags, parse, "MODEL", help, children, NULL, NULL};
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
}
