/* assess_attack.c -- see assess_attack.h. */
#include "analyzer/assess_attack.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/assess_journal.h"
#include "analyzer/attack_report.h"
#include "analyzer/pcm_box.h"
#include "analyzer/attack_samples.h"
#include "analyzer/box_floats.h"
#include "analyzer/domains/trace.h"
#include "analyzer/falsify.h"
#include "analyzer/prover_journal.h"
#include "console/exits.h"
#include "console/interrupt.h"
#include "console/progress.h"

#define MAX_SIZES 64

enum { KEY_ZETA = 1000, KEY_BOX, KEY_EXACT_BIAS, KEY_PRESET, KEY_LOSS, KEY_STEPS, KEY_RESTARTS,
       KEY_SCALE, KEY_CORNERS, KEY_PER_SAMPLE, KEY_DOMAIN };

static const struct argp_option flags[] = {
    {"zeta", KEY_ZETA, "Z[,Z...]", 0, "Sizes of the box (default 0.005,0.01,0.05,0.1,0.2)", 0},
    {"box", KEY_BOX, "KIND", 0, "As certify's (default relative)", 0},
    {"exact-bias", KEY_EXACT_BIAS, NULL, 0, "Biases are not attacked", 0},
    {"preset", KEY_PRESET, "NAME", 0,
     "paper: one start, 10 steps of zeta/10 on the KL divergence (Algorithm 1, Fig. S5); strong (default): that, and all "
     "losses from several starts with steps that can turn back, the worst vector seen", 0},
    {"loss", KEY_LOSS, "NAME", 0, "cross-entropy, kl, margin or all (strong's default)", 0},
    {"steps", KEY_STEPS, "N", 0, "Steps of an attack (default 20; paper 10)", 0},
    {"restarts", KEY_RESTARTS, "N", 0, "Starts of each loss: at the model, then at random "
     "(default 2; paper 1)", 0},
    {"step-scale", KEY_SCALE, "X", 0, "The steps together go X times as far as the box reaches "
     "(default 2.5; paper 1)", 0},
    {"corners", KEY_CORNERS, "N", 0, "Random corners to compare with (default 5)", 0},
    {"per-sample", KEY_PER_SAMPLE, NULL, 0,
     "Also attack the samples one by one, proving every hit, and prove what can be proved: "
     "one sample certified and broken is exit status 5", 0},
    {"domain", KEY_DOMAIN, "D", 0, "Of those proofs, as certify's (default auto)", 0},
    {0},
};

static const char help[] =
    "Search a weight box for the parameters that spoil the most answers."
    "\vAn attack bounds the worst chip's accuracy from above, a certificate from below.\n\n"
    "Examples:\n"
    "  assess attack model.bin\n"
    "  assess attack model.bin --preset paper --zeta 0.1 --plot attack.svg\n"
    "  assess attack model.bin --zeta 1e-3,1e-2 --samples 100 --per-sample\n";

struct request {
    struct assess_subject subject;
    struct assess_journal journal;
    char *text; /* of sizes, owned */
    const char *zetas[MAX_SIZES];
    size_t zeta_count, corners;
    struct attack_plan plan;
    int per_sample;
    struct prover_settings prover;
    struct pcm_box pcm; /* where the box is one */
    unsigned char folded[NETWORK_TENSORS];
};

static void parse_loss(struct request *r, const char *text, struct argp_state *state)
{
    r->plan.loss = strcmp(text, "all") ? ATTACK_PLAN_OWN : ATTACK_PLAN_ALL;
    for (int i = 0; i < SETATTACK_LOSSES; i++)
        if (!strcmp(text, setattack_loss_names[i]))
            r->plan.loss = i;
    if (r->plan.loss == ATTACK_PLAN_OWN)
        argp_error(state, "--loss: '%s' is unknown; choose cross-entropy, kl, margin or all", text);
}

static error_t parse_search(int key, char *text, struct argp_state *state)
{
    struct request *r = state->input;
    int domain;
    switch (key) {
    case KEY_PRESET:
        if (strcmp(text, "paper") && strcmp(text, "strong"))
            argp_error(state, "--preset: '%s' is unknown; choose paper or strong", text);
        r->plan.paper = !strcmp(text, "paper");
        return 0;
    case KEY_LOSS:
        parse_loss(r, text, state);
        return 0;
    case KEY_STEPS:
        r->plan.steps = assess_subject_count(state, "--steps", text, 1);
        return 0;
    case KEY_RESTARTS:
        r->plan.restarts = assess_subject_count(state, "--restarts", text, 1);
        return 0;
    case KEY_SCALE:
        r->plan.scale = assess_subject_number(state, "--step-scale", text, 1e-6, 1e6);
        return 0;
    case KEY_CORNERS:
        r->corners = assess_subject_count(state, "--corners", text, 0);
        if (r->corners > ATTACK_MOST_CORNERS)
            argp_error(state, "--corners: at most %d", ATTACK_MOST_CORNERS);
        return 0;
    case KEY_PER_SAMPLE:
        r->per_sample = 1;
        return 0;
    case KEY_DOMAIN:
        if ((domain = bounder_domain_from_name(text)) < 0)
            argp_error(state, "--domain: '%s' is unknown; choose auto, box, trace or linear", text);
        r->prover.domain = (enum bounder_domain)domain;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct request *r = state->input;
    struct fault fault;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &r->subject;
        state->child_inputs[1] = &r->journal;
        return 0;
    case KEY_ZETA:
        free(r->text);
        r->text = strdup(text);
        r->zeta_count = assess_subject_decimals(state, "--zeta", r->text, 0, 100, r->zetas,
                                                MAX_SIZES);
        return 0;
    case KEY_BOX:
        if (box_form_parse(&r->prover.box, text, &fault))
            argp_error(state, "--box: %s", fault.text);
        return 0;
    case KEY_EXACT_BIAS:
        r->prover.box.exact_bias = 1;
        return 0;
    default:
        return parse_search(key, text, state);
    }
}

static int on_pass(void *context)
{
    progress_add(context, 1);
    return interrupt_seen();
}

/* Random corners, then the attacks; star [parameters] is the strongest's. */
static void search(const struct request *r, const struct setattack *attack, float *star,
                   unsigned char *wrong, struct progress *progress, struct attack_finding *f)
{
    for (f->corners = 0; f->corners < r->corners && !interrupt_seen(); progress_add(progress, 1)) {
        setattack_corner(attack, f->corners, star);
        f->corner_correct[f->corners++] = setattack_look(attack, star, wrong);
    }
    f->whole = attack_plan_run(&r->plan, attack, r->journal.journal, on_pass, progress, star);
}

/* One size of box.  Returns 0, or -1 with the reason. */
static int examine(struct request *r, const char *zeta, struct progress *progress,
                   struct attack_finding *f, struct fault *fault)
{
    const struct network *n = &r->subject.model.network;
    struct box box;
    if (prover_box(&r->prover, n, zeta, &box, fault))
        return -1;
    float *ends = fault_alloc_aligned(3 * n->parameter_count, sizeof *ends);
    float *star = ends + 2 * n->parameter_count;
    unsigned char *wrong = fault_alloc(r->subject.set.count, 1);
    box_floats(&box, n, ends, ends + n->parameter_count);
    box_clear(&box);
    struct setattack attack = {n, &r->subject.set, ends, ends + n->parameter_count,
                               r->subject.common.seed};
    f->zeta = zeta;
    if (r->journal.journal) {
        char stage[JOURNAL_STAGE];
        prover_journal_name(stage, "set", zeta, "attempts");
        journal_stage(r->journal.journal, stage);
    }
    search(r, &attack, star, wrong, progress, f);
    int failed = 0;
    if (r->per_sample && !interrupt_seen()) {
        struct counterexample_budget budget = {
            r->plan.steps ? r->plan.steps : FALSIFY_DEFAULT_STEPS,
            r->plan.restarts ? r->plan.restarts : FALSIFY_DEFAULT_RESTARTS};
        setattack_look(&attack, star, wrong);
        failed = attack_samples(&r->subject.model, &r->subject.set, &r->prover, &budget, zeta,
                                star, wrong, f, fault);
    }
    free(wrong);
    free(ends);
    return failed;
}

static int examine_all(struct request *r, struct attack_outcome *o, struct fault *fault)
{
    struct progress progress;
    int failed = 0;
    progress_begin(&progress, "passes", r->zeta_count * (r->corners + attack_plan_passes(&r->plan)), r->subject.common.quiet);
    for (size_t i = 0; i < r->zeta_count && !failed && !interrupt_seen(); i++) {
        struct attack_finding *f = &o->findings[o->count];
        failed = examine(r, r->zetas[i], &progress, f, fault);
        o->count += !failed;
    }
    progress_end(&progress);
    o->interrupted = interrupt_seen();
    return failed;
}

static int report(const struct attack_outcome *o, struct fault *fault)
{
    const struct assess_subject *s = o->subject;
    attack_report_table(assess_subject_table(s), o);
    return (s->json && attack_report_json(o, s->json, fault)) ||
           (s->csv && attack_report_csv(o, s->csv, fault)) ||
           (s->plot && o->count && attack_report_plot(o, s->plot, fault));
}

/* The accuracy of the model itself. */
static size_t nominal(const struct assess_subject *s)
{
    const float *theta = s->model.network.theta;
    struct setattack still = {&s->model.network, &s->set, theta, theta, 0};
    unsigned char *wrong = fault_alloc(s->set.count, 1);
    size_t correct = setattack_look(&still, theta, wrong);
    free(wrong);
    return correct;
}

static int open_journal(struct request *r, const struct attack_outcome *o, struct fault *fault)
{
    const struct assess_subject *s = &r->subject;
    const struct attack_plan *p = &r->plan;
    char file[DIGEST_HEX];
    digest_file(r->prover.box.path, file);
    json_t *settings = json_pack("{s:s, s:s, s:b, s:s, s:[b, i, I, I, f]}", "box", o->box,
                                 "file", file, "exact_bias", r->prover.box.exact_bias, "domain", o->domain,
                                 "plan", p->paper, p->loss, (json_int_t)p->steps,
                                 (json_int_t)p->restarts, p->scale);
    int failed = assess_journal_open(&r->journal, "attack", s->model.sha256, &s->set,
                                     s->common.seed, settings, fault);
    r->prover.journal = r->journal.journal;
    return failed;
}

static int assess(struct request *r, struct attack_outcome *o, struct fault *fault)
{
    if (assess_subject_load(&r->subject, fault))
        return EXIT_INPUT;
    model_folded(&r->subject.model, r->folded);
    r->prover.folded = r->folded;
    if (pcm_box_init(&r->pcm, &r->prover.box, &r->subject.model, fault))
        return EXIT_INPUT;
    if (open_journal(r, o, fault))
        return EXIT_INPUT;
    o->nominal = nominal(&r->subject);
    if (examine_all(r, o, fault) || report(o, fault))
        return EXIT_INPUT;
    size_t contradictions = 0;
    for (size_t i = 0; i < o->count; i++)
        contradictions += attack_finding_contradictions(&o->findings[i]);
    if (contradictions) {
        fprintf(stderr, "assess: SELF-CHECK FAILED: %zu certified sample(s) were broken by proof; "
                "trust no verdict of this build and report it\n", contradictions);
        return EXIT_SELF_CHECK;
    }
    if (o->interrupted)
        fprintf(stderr, "assess: interrupted; the attacks that were made are reported\n");
    return o->interrupted ? EXIT_INCONCLUSIVE : EXIT_DONE;
}

int assess_attack(int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&assess_subject_argp, 0, NULL, 0}, {&assess_journal_argp, 0, NULL, 0}, {0}};
    static const char *const usual[] = {"0.005", "0.01", "0.05", "0.1", "0.2"};
    static char name[] = "assess attack";
    const struct argp argp = {flags, parse, "MODEL", help, children, NULL, NULL};
    struct request r = {.subject.script = ATTACK_SCRIPT, .zeta_count = 5, .corners = 5,
                        .plan.loss = ATTACK_PLAN_OWN,
                        .prover = {.bits = 128, .disjuncts = TRACE_DISJUNCTS}};
    struct fault fault = {""};
    memcpy(r.zetas, usual, sizeof usual);
    assess_subject_begin(&r.subject, name, argv);
    argp_parse(&argp, argc, argv, 0, NULL, &r);
    r.prover.seed = r.subject.common.seed;
    struct attack_outcome o = {
        .subject = &r.subject, .domain = bounder_domain_name(r.prover.domain),
        .box = r.prover.box.typed ? r.prover.box.typed : box_kind_name(r.prover.box.kind),
        .preset = r.plan.paper ? "paper" : "strong",
        .findings = fault_alloc(r.zeta_count, sizeof *o.findings)};
    int status = assess(&r, &o, &fault);
    if (assess_journal_close(&r.journal, &fault))
        status = EXIT_INPUT;
    if (status == EXIT_INPUT)
        fprintf(stderr, "assess: %s\n", fault.text);
    for (size_t i = 0; i < o.count; i++)
        attack_finding_clear(&o.findings[i]);
    free(o.findings);
    pcm_box_clear(&r.pcm);
    assess_subject_clear(&r.subject);
    free(r.text);
    return status;
}
