/* assess_potentials.c -- see assess_potentials.h. */
#include "analyzer/assess_potentials.h"

#include <argp.h>
#include <string.h>

#include "analyzer/potentials_report.h"
#include "console/exits.h"
#include "console/interrupt.h"
#include "console/progress.h"

#define MOST_OTHERS 8

enum { KEY_VERSUS = 1000 };

static const struct argp_option flags[] = {
    {"versus", KEY_VERSUS, "MODEL", 0, "Beside it, another model on the same samples (may be "
     "given up to 8 times)", 0},
    {0},
};

static const char help[] =
    "Measure how far a spiking network's membrane potentials keep from the firing threshold, and "
    "how often its neurons fire."
    "\vA potential near its threshold is a spike that a small error of the weights adds or takes "
    "away.  Steps at which a neuron is blocked after a spike do not count.\n\nExamples:\n"
    "  assess potentials model.bin --plot potentials.svg\n"
    "  assess potentials robust.bin --versus plain.bin --json potentials.json\n";

struct request {
    struct assess_subject subject;
    const char *others[MOST_OTHERS];
    size_t other_count;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &r->subject;
        return 0;
    case KEY_VERSUS:
        if (r->other_count == MOST_OTHERS)
            argp_error(state, "--versus: at most %d models", MOST_OTHERS);
        r->others[r->other_count++] = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int on_sample(void *context)
{
    progress_add(context, 1);
    return interrupt_seen();
}

static int load(struct assess_subject *s, struct fault *fault)
{
    if (assess_subject_model(s, fault))
        return -1;
    if (s->model.network.kind != NETWORK_LSNN)
        return fault_set(fault, "%s: not a spiking network; it has no membrane potentials",
                         s->path);
    return assess_subject_data(s, fault);
}

/* Load the model at `path` and measure it on the subject's samples; its digest is copied to
 * `sha256`.  Returns 0, or -1 with the reason. */
static int measure_other(const struct request *r, const char *path, char *sha256,
                         struct progress *progress, struct potentials_outcome *o,
                         struct fault *fault)
{
    struct assess_subject s = r->subject;
    s.path = o->path = path;
    s.model = (struct model){0};
    s.set = (struct dataset){0};
    int failed = load(&s, fault);
    if (!failed && strcmp(s.set.sha256, r->subject.set.sha256))
        failed = fault_set(fault, "--versus: %s is for other data (%s) than %s", path, s.set.name,
                           r->subject.path);
    if (!failed) {
        memcpy(sha256, s.model.sha256, DIGEST_HEX);
        o->sha256 = sha256;
        potentials_measure(&o->found, &s.model.network, &s.set, on_sample, progress);
    }
    assess_subject_clear(&s);
    return failed;
}

/* Outcomes with samples come first; returns 0, or -1 with the reason. */
static int measure_all(const struct request *r, struct potentials_outcome *outcomes,
                       char digests[][DIGEST_HEX], struct progress *progress, struct fault *fault)
{
    const struct assess_subject *s = &r->subject;
    int failed = 0;
    outcomes[0].path = s->path;
    outcomes[0].sha256 = s->model.sha256;
    potentials_measure(&outcomes[0].found, &s->model.network, &s->set, on_sample, progress);
    for (size_t i = 0; i < r->other_count && !failed && !interrupt_seen(); i++)
        failed = measure_other(r, r->others[i], digests[i], progress, &outcomes[i + 1], fault);
    return failed;
}

static int report(const struct potentials_report *what, struct fault *fault)
{
    const struct assess_subject *s = what->subject;
    potentials_report_table(assess_subject_table(s), what);
    return (s->json && potentials_report_json(what, s->json, fault)) ||
           (s->csv && potentials_report_csv(what, s->csv, fault)) ||
           (s->plot && potentials_report_plot(what, s->plot, fault));
}

static int assess(struct request *r, struct potentials_outcome *outcomes, struct fault *fault)
{
    char digests[MOST_OTHERS][DIGEST_HEX];
    struct progress progress;
    struct potentials_report what = {&r->subject, outcomes, 0, 0};
    if (load(&r->subject, fault))
        return EXIT_INPUT;
    progress_begin(&progress, "samples", (r->other_count + 1) * r->subject.set.count,
                   r->subject.common.quiet);
    int failed = measure_all(r, outcomes, digests, &progress, fault);
    progress_end(&progress);
    while (what.count <= r->other_count && outcomes[what.count].found.samples)
        what.count++;
    what.interrupted = interrupt_seen();
    if (failed || (what.count && report(&what, fault)))
        return EXIT_INPUT;
    if (what.interrupted)
        fprintf(stderr, "assess: interrupted; the samples that were run are reported\n");
    return what.interrupted ? EXIT_INCONCLUSIVE : EXIT_DONE;
}

int assess_potentials(int argc, char **argv)
{
    static const struct argp_child children[] = {{&assess_subject_argp, 0, NULL, 0}, {0}};
    static char name[] = "assess potentials";
    const struct argp argp = {flags, parse, "MODEL", help, children, NULL, NULL};
    struct potentials_outcome outcomes[MOST_OTHERS + 1] = {0};
    struct request r = {.subject.script = POTENTIALS_SCRIPT};
    struct fault fault = {""};
    assess_subject_begin(&r.subject, name, argv);
    argp_parse(&argp, argc, argv, 0, NULL, &r);
    int status = assess(&r, outcomes, &fault);
    if (status == EXIT_INPUT)
        fprintf(stderr, "assess: %s\n", fault.text);
    for (size_t i = 0; i <= MOST_OTHERS; i++)
        potentials_clear(&outcomes[i].found);
    assess_subject_clear(&r.subject);
    return status;
}
