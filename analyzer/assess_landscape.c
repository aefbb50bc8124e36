/* assess_landscape.c -- see assess_landscape.h. */
#include "analyzer/assess_landscape.h"

#include <argp.h>
#include <stdlib.h>

#include "analyzer/assess_journal.h"
#include "analyzer/landscape_report.h"
#include "console/exits.h"
#include "console/interrupt.h"
#include "console/progress.h"

#define MOST_POINTS 2001
#define MOST_DIRECTIONS 1000

enum { KEY_REACH = 1000, KEY_SPAN, KEY_POINTS, KEY_DIRECTIONS, KEY_PLANE };

static const struct argp_option flags[] = {
    {"reach", KEY_REACH, "Z", 0, "Directions are Z |Theta| R, R standard normal (default 0.2)", 0},
    {"span", KEY_SPAN, "A", 0, "Go from -A to A times a direction (default 2)", 0},
    {"points", KEY_POINTS, "N", 0, "Points on the way (default 50; of a plane 21 each way)", 0},
    {"directions", KEY_DIRECTIONS, "N", 0, "Directions (default 5)", 0},
    {"plane", KEY_PLANE, NULL, 0, "The plane of the first two directions instead", 0},
    {0},
};

static const char help[] =
    "Measure the loss around a network's parameters, along random directions."
    "\vThe slope is the mean of |difference of neighbouring losses| over their distance; smoothed, "
    "after a moving average of 5 points (the paper's Table S1).\n\nExamples:\n"
    "  assess landscape model.bin --plot landscape.svg\n"
    "  assess landscape model.bin --plane --points 15 --samples 500 --csv plane.csv\n";

struct request {
    struct assess_subject subject;
    struct assess_journal journal;
    const char *reach, *span;
    double reach_value, span_value;
    size_t points, directions; /* points 0: the default */
    int plane;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &r->subject;
        state->child_inputs[1] = &r->journal;
        return 0;
    case KEY_REACH:
        r->reach = text;
        r->reach_value = assess_subject_number(state, "--reach", text, 0, 100);
        return 0;
    case KEY_SPAN:
        r->span = text;
        r->span_value = assess_subject_number(state, "--span", text, 1e-6, 1000);
        return 0;
    case KEY_POINTS:
        r->points = assess_subject_count(state, "--points", text, 2);
        if (r->points > MOST_POINTS)
            argp_error(state, "--points: at most %d", MOST_POINTS);
        return 0;
    case KEY_DIRECTIONS:
        r->directions = assess_subject_count(state, "--directions", text, 1);
        if (r->directions > MOST_DIRECTIONS)
            argp_error(state, "--directions: at most %d", MOST_DIRECTIONS);
        return 0;
    case KEY_PLANE:
        r->plane = 1;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int on_point(void *context)
{
    progress_add(context, 1);
    return interrupt_seen();
}

static void begin_row(const struct request *r, size_t row)
{
    char stage[64];
    snprintf(stage, sizeof stage, "row:%zu", row);
    if (r->journal.journal)
        journal_stage(r->journal.journal, stage);
}

/* Row after row of points, as far as nobody interrupts. */
static void measure(const struct request *r, struct landscape_outcome *o)
{
    const struct assess_subject *s = o->subject;
    const struct landscape landscape = {&s->model.network, &s->set, r->reach_value,
                                        s->common.seed, r->journal.journal};
    size_t n = s->model.network.parameter_count;
    float *v = fault_alloc_aligned(2 * n, sizeof *v), *w = v + n;
    double *beta = fault_alloc(o->points, sizeof *beta);
    struct progress progress;
    landscape_direction(&landscape, 0, v);
    landscape_direction(&landscape, 1, w);
    progress_begin(&progress, "points", o->rows * o->points, s->common.quiet);
    for (size_t row = 0; row < o->rows && !interrupt_seen(); row++) {
        for (size_t i = 0; i < o->points; i++)
            beta[i] = o->offsets[row];
        if (!r->plane)
            landscape_direction(&landscape, row, v);
        begin_row(r, row);
        o->done += landscape_measure(&landscape, v, o->offsets, r->plane ? w : NULL, beta,
                                     o->points, on_point, &progress, o->at + row * o->points);
    }
    progress_end(&progress);
    free(beta);
    free(v);
}

static int report(const struct landscape_outcome *o, struct fault *fault)
{
    const struct assess_subject *s = o->subject;
    landscape_report_table(assess_subject_table(s), o);
    return (s->json && landscape_report_json(o, s->json, fault)) ||
           (s->csv && landscape_report_csv(o, s->csv, fault)) ||
           (s->plot && o->done >= o->points && landscape_report_plot(o, s->plot, fault));
}

static int open_journal(struct request *r, size_t points, struct fault *fault)
{
    const struct assess_subject *s = &r->subject;
    json_t *settings = json_pack("{s:f, s:f, s:I, s:b}", "reach", r->reach_value, "span",
                                 r->span_value, "points", (json_int_t)points, "plane", r->plane);
    return assess_journal_open(&r->journal, "landscape", s->model.sha256, &s->set,
                               s->common.seed, settings, fault);
}

static int assess(struct request *r, struct fault *fault)
{
    if (assess_subject_load(&r->subject, fault))
        return EXIT_INPUT;
    size_t points = r->points ? r->points : r->plane ? 21 : 50;
    size_t rows = r->plane ? points : r->directions;
    if (open_journal(r, points, fault))
        return EXIT_INPUT;
    double *offsets = fault_alloc(points, sizeof *offsets);
    struct landscape_outcome o = {
        .subject = &r->subject, .reach = r->reach, .span = r->span, .plane = r->plane,
        .rows = rows, .points = points, .spacing = 2 * r->span_value / (double)(points - 1),
        .offsets = offsets, .at = fault_alloc(rows * points, sizeof *o.at)};
    for (size_t i = 0; i < points; i++)
        offsets[i] = r->span_value * (2 * (double)i / (double)(points - 1) - 1);
    measure(r, &o);
    int failed = report(&o, fault), partial = o.done < rows * points;
    free(offsets);
    free(o.at);
    if (failed)
        return EXIT_INPUT;
    if (partial)
        fprintf(stderr, "assess: interrupted; the rows that were finished are reported\n");
    return partial ? EXIT_INCONCLUSIVE : EXIT_DONE;
}

int assess_landscape(int argc, char **argv)
{
    static const struct argp_child children[] = {
        {&assess_subject_argp, 0, NULL, 0}, {&assess_journal_argp, 0, NULL, 0}, {0}};
    static char name[] = "assess landscape";
    const struct argp argp = {flags, parse, "MODEL", help, children, NULL, NULL};
    struct request r = {.subject.script = LANDSCAPE_SCRIPT, .reach = "0.2", .reach_value = 0.2,
                        .span = "2", .span_value = 2, .directions = 5};
    struct fault fault = {""};
    assess_subject_begin(&r.subject, name, argv);
    argp_parse(&argp, argc, argv, 0, NULL, &r);
    int status = assess(&r, &fault);
    if (assess_journal_close(&r.journal, &fault))
        status = EXIT_INPUT;
    if (status == EXIT_INPUT)
        fprintf(stderr, "assess: %s\n", fault.text);
    assess_subject_clear(&r.subject);
    return status;
}
