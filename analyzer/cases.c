/* cases.c -- see cases.h. */
#include "cases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/domains/deadline.h"
/* The tree in preorder: first the case in which the neuron fires. */
struct node {
    struct trace_script *script; /* leaves; NULL in between */
    size_t step, unit;
};

struct cases_record {
    size_t count, capacity;
    struct node *nodes;
};

struct cases_record *cases_record_new(void)
{
    return fault_alloc(1, sizeof(struct cases_record));
}

static void empty(struct cases_record *record)
{
    for (size_t i = 0; i < record->count; i++)
        trace_script_free(record->nodes[i].script);
    record->count = 0;
}

void cases_record_free(struct cases_record *record)
{
    if (!record)
        return;
    empty(record);
    free(record->nodes);
    free(record);
}

size_t cases_record_count(const struct cases_record *record)
{
    return record->count;
}

const struct trace_script *cases_record_node(const struct cases_record *record, size_t i,
                                             size_t *step, size_t *unit)
{
    require(i < record->count);
    *step = record->nodes[i].step;
    *unit = record->nodes[i].unit;
    return record->nodes[i].script;
}

static void note(struct cases_record *record, struct node node)
{
    if (record->count == record->capacity) {
        size_t capacity = record->capacity ? 2 * record->capacity : 16;
        struct node *nodes = realloc(record->nodes, capacity * sizeof *nodes);
        require(nodes);
        record->nodes = nodes;
        record->capacity = capacity;
    }
    record->nodes[record->count++] = node;
}

/* A bound on its way. */
struct search {
    const struct trace *trace;
    struct trace_run *run;
    const struct cases_request *request;
    struct cases_record *record; /* written, or NULL */
    size_t left;                 /* runs not yet spent */
    size_t leaves;
    struct trace_case *cases;
    struct margins all;          /* hull over the leaves so far */
};

static double least(double a, double b)
{
    return isnan(a) || isnan(b) ? -INFINITY : a < b ? a : b;
}

static double greatest(double a, double b)
{
    return isnan(a) || isnan(b) ? INFINITY : a > b ? a : b;
}

static void add_leaf(struct search *s, const struct margins *m)
{
    struct margins *all = &s->all;
    if (s->leaves++ == 0) {
        *all = *m;
        return;
    }
    for (size_t j = 0; j < MARGINS_CLASSES; j++) {
        all->logit_lower[j] = least(all->logit_lower[j], m->logit_lower[j]);
        all->logit_upper[j] = greatest(all->logit_upper[j], m->logit_upper[j]);
        all->lower[j] = least(all->lower[j], m->lower[j]);
        all->upper[j] = greatest(all->upper[j], m->upper[j]);
        all->scale[j] = greatest(all->scale[j], m->scale[j]);
    }
}

static void bound(const struct search *s, size_t depth, struct trace_script *record,
                  const struct trace_script *replay, struct trace_answer *answer)
{
    struct trace_request request = {
        .input = s->request->input, .label = s->request->label, .cases = s->cases,
        .case_count = depth, .record = record, .replay = replay,
    };
    trace_bound(s->trace, s->run, &request, answer);
}

static int proves(const struct search *s, const struct trace_answer *answer)
{
    return !answer->empty && verdict_proves(&answer->margins, s->request->classes,
                                            s->request->label, s->request->criterion);
}

static int settle_case(struct search *s, size_t depth);

/* Prove both outcomes of the spike that `answer` left open. */
static int split(struct search *s, size_t depth, const struct trace_answer *answer)
{
    if (answer->empty || !answer->open || s->left < 2 || deadline_passed(s->request->deadline))
        return 0;
    s->left -= 2;
    if (s->record)
        note(s->record, (struct node){.step = answer->open_step, .unit = answer->open_unit});
    s->cases[depth] = (struct trace_case){answer->open_step, answer->open_unit, SPIKE_FIRES};
    if (!settle_case(s, depth + 1))
        return 0;
    s->cases[depth].spike = SPIKE_SILENT;
    return settle_case(s, depth + 1);
}

static int settle_case(struct search *s, size_t depth)
{
    struct trace_answer answer;
    struct trace_script *script = s->record ? trace_script_new() : NULL;
    bound(s, depth, script, NULL, &answer);
    if (!proves(s, &answer)) {
        trace_script_free(script);
        return split(s, depth, &answer);
    }
    add_leaf(s, &answer.margins);
    if (s->record)
        note(s->record, (struct node){.script = script});
    return 1;
}

size_t cases_bound(const struct trace *trace, struct trace_run *run,
                   const struct cases_request *request, struct cases_record *record,
                   struct margins *margins)
{
    struct search s = {.trace = trace, .run = run, .request = request, .record = record,
                       .left = request->splits};
    struct trace_answer answer;
    struct trace_script *script = record ? trace_script_new() : NULL;
    s.cases = fault_alloc(request->splits / 2 + 1, sizeof *s.cases);
    if (record)
        empty(record);
    bound(&s, 0, script, NULL, &answer);
    int by_cases = !proves(&s, &answer) && split(&s, 0, &answer);
    *margins = by_cases ? s.all : answer.margins;
    if (record && !by_cases) {
        empty(record);
        note(record, (struct node){.script = script});
    } else {
        trace_script_free(script);
    }
    free(s.cases);
    return by_cases ? request->splits - s.left : 0;
}

/* Follow the node at *at and those below it.  A case that nothing satisfies here
 * needs no bound. */
static int follow(struct search *s, size_t depth, const struct cases_record *record, size_t *at)
{
    require(*at < record->count);
    const struct node *node = &record->nodes[(*at)++];
    if (node->script) {
        struct trace_answer answer;
        bound(s, depth, NULL, node->script, &answer);
        if (answer.strayed)
            return -1;
        if (!answer.empty)
            add_leaf(s, &answer.margins);
        return 0;
    }
    s->cases[depth] = (struct trace_case){node->step, node->unit, SPIKE_FIRES};
    if (follow(s, depth + 1, record, at))
        return -1;
    s->cases[depth].spike = SPIKE_SILENT;
    return follow(s, depth + 1, record, at);
}

int cases_replay(const struct trace *trace, struct trace_run *run,
                 const struct cases_request *request, const struct cases_record *record,
                 struct margins *margins)
{
    struct search s = {.trace = trace, .run = run, .request = request};
    size_t at = 0;
    s.cases = fault_alloc(record->count + 1, sizeof *s.cases);
    int failed = follow(&s, 0, record, &at);
    require(failed || at == record->count);
    free(s.cases);
    if (failed || !s.leaves)
        return -1;
    *margins = s.all;
    return 0;
}
