/* bounder.c -- see bounder.h. */
#include "bounder.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/domains/deadline.h"
#include "analyzer/cases.h"
#include "analyzer/domains/linear.h"
#include "analyzer/domains/trace.h"

struct bounder {
    enum method method;
    struct bounder_settings settings;
    const struct network *network;
    struct domain *box;
    struct trace *trace;
    struct linear *linear;
};

struct bounder_work {
    struct analysis *analysis;
    struct trace_run *run;
    struct linear_work *linear;
};

const char *method_name(enum method method)
{
    switch (method) {
    case METHOD_BOX: return "box";
    case METHOD_TRACE: return "trace";
    case METHOD_LINEAR: return "linear";
    case METHOD_NONE: break;
    }
    return "none";
}

static const char *const domain_names[] = {"auto", "box", "trace", "linear"};

int bounder_domain_from_name(const char *name)
{
    for (int i = 0; i < (int)(sizeof domain_names / sizeof *domain_names); i++)
        if (!strcmp(name, domain_names[i]))
            return i;
    return -1;
}

const char *bounder_domain_name(enum bounder_domain domain)
{
    return domain_names[domain];
}

int bounder_methods(enum bounder_domain domain, const struct network *network, int beyond,
                    enum method methods[BOUNDER_METHODS], struct fault *fault)
{
    if (beyond && domain != BOUNDER_BOX && domain != BOUNDER_AUTO)
        return fault_set(fault, "--domain %s knows nothing of --zeta-neuron and --digital; use box",
                         bounder_domain_name(domain));
    if (beyond)
        domain = BOUNDER_BOX;
    switch (domain) {
    case BOUNDER_BOX:
        methods[0] = METHOD_BOX;
        return 1;
    case BOUNDER_TRACE:
        methods[0] = METHOD_TRACE;
        return trace_check(network, fault) ? -1 : 1;
    case BOUNDER_LINEAR:
        methods[0] = METHOD_LINEAR;
        return linear_check(network, fault) ? -1 : 1;
    case BOUNDER_AUTO:
        break;
    }
    methods[0] = METHOD_BOX;
    methods[1] = network->kind == NETWORK_LSNN ? METHOD_TRACE : METHOD_LINEAR;
    return trace_check(network, NULL) && linear_check(network, NULL) ? 1 : 2;
}

struct bounder *bounder_new(enum method method, const struct engine *engine,
                            const struct network *network, const struct box *box,
                            const struct bounder_settings *settings, struct fault *fault)
{
    struct bounder *bounder = fault_alloc(1, sizeof *bounder);
    bounder->method = method;
    bounder->settings = *settings;
    bounder->network = network;
    int disjuncts = settings->disjuncts ? settings->disjuncts : TRACE_DISJUNCTS;
    if (method == METHOD_TRACE)
        bounder->trace = trace_new(engine, network, box, disjuncts, fault);
    else if (method == METHOD_LINEAR)
        bounder->linear = linear_prepare(engine, network, box, fault);
    else
        bounder->box = domain_new(engine, network, box, fault);
    if (bounder->linear && settings->budget > 0)
        linear_set_budget(bounder->linear, settings->budget);
    if (!bounder->trace && !bounder->linear && !bounder->box) {
        free(bounder);
        return NULL;
    }
    return bounder;
}

void bounder_free(struct bounder *bounder)
{
    if (!bounder)
        return;
    domain_free(bounder->box);
    trace_free(bounder->trace);
    linear_release(bounder->linear);
    free(bounder);
}

struct bounder_work *bounder_work_new(const struct bounder *bounder)
{
    struct bounder_work *work = fault_alloc(1, sizeof *work);
    if (bounder->trace)
        work->run = trace_run_new(bounder->trace);
    else if (bounder->linear)
        work->linear = linear_work_new(bounder->linear);
    else
        work->analysis = analysis_new(bounder->box);
    return work;
}

void bounder_work_free(struct bounder_work *work)
{
    if (!work)
        return;
    analysis_free(work->analysis);
    trace_run_free(work->run);
    linear_work_free(work->linear);
    free(work);
}

static struct cases_request request_of(const struct bounder *bounder, const float *input,
                                       int label)
{
    return (struct cases_request){
        .input = input, .label = label, .classes = bounder->network->class_count,
        .criterion = bounder->settings.criterion, .splits = bounder->settings.splits,
        .deadline = deadline_in(bounder->settings.seconds),
    };
}

/* Steps by rising cost, until one proves the sample.  Returns whether one does. */
static int bound_linear(const struct bounder *bounder, struct bounder_work *work,
                        const float *input, int label, struct margins *result)
{
    enum criterion criterion = bounder->settings.criterion;
    double deadline = deadline_in(bounder->settings.seconds);
    linear_set_deadline(work->linear, deadline);
    for (int depth = LINEAR_MARGINS; depth <= LINEAR_FULL; depth++) {
        linear_bound(bounder->linear, work->linear, input, label, (enum linear_depth)depth,
                     criterion == CRITERION_DISJOINT, result, NULL);
        if (verdict_proves(result, bounder->network->class_count, label, criterion))
            return 1;
        if (deadline_passed(deadline))
            return 0;
    }
    return 0;
}

static size_t bound_refined(const struct bounder *bounder, struct bounder_work *work,
                            const float *input, int label, struct margins *result)
{
    size_t wrong;
    if (bound_linear(bounder, work, input, label, result) || !bounder->settings.refine ||
        linear_late(work->linear))
        return 0;
    return linear_refute(work->linear, NULL, label, bounder->settings.refine, result, &wrong);
}

void bounder_bound(const struct bounder *bounder, struct bounder_work *work,
                   const float *const inputs[], const int labels[], size_t batch,
                   struct margins results[], size_t splits[])
{
    for (size_t i = 0; i < batch; i++)
        splits[i] = 0;
    if (bounder->box) {
        domain_bound(bounder->box, work->analysis, inputs, labels, batch, results, NULL);
        return;
    }
    for (size_t i = 0; i < batch; i++) {
        if (bounder->linear) {
            splits[i] = bound_refined(bounder, work, inputs[i], labels[i], &results[i]);
            continue;
        }
        struct cases_request request = request_of(bounder, inputs[i], labels[i]);
        splits[i] = cases_bound(bounder->trace, work->run, &request, NULL, &results[i]);
    }
}

/* The first's proof again, and the second's look at it, refinement by refinement. */
static int compare_linear(const struct bounder *first, struct bounder_work *first_work,
                          struct bounder_work *second_work, const float *input, int label,
                          size_t cases, struct margins *by_first, struct margins *by_second)
{
    size_t wrong;
    bound_linear(first, first_work, input, label, by_first);
    if (linear_review(first_work->linear, second_work->linear, input, label, by_first, by_second))
        return -1;
    if (!cases)
        return 0;
    struct margins refined = *by_first;
    if (linear_refute(first_work->linear, second_work->linear, label, first->settings.refine,
                      &refined, &wrong) != cases || wrong)
        return -1;
    for (size_t j = 0; j < first->network->class_count; j++)
        if (refined.lower[j] > by_first->lower[j])
            by_second->lower[j] = refined.lower[j];
    *by_first = refined;
    return 0;
}

int bounder_compare(const struct bounder *first, struct bounder_work *first_work,
                    const struct bounder *second, struct bounder_work *second_work,
                    const float *input, int label, size_t splits, struct margins *by_first,
                    struct margins *by_second)
{
    require(first->method == second->method);
    if (first->box) {
        domain_bound(first->box, first_work->analysis, &input, &label, 1, by_first, NULL);
        domain_bound(second->box, second_work->analysis, &input, &label, 1, by_second, NULL);
        return 0;
    }
    if (first->linear)
        return compare_linear(first, first_work, second_work, input, label, splits, by_first,
                              by_second);
    struct cases_request request = request_of(first, input, label);
    struct cases_record *record = cases_record_new();
    cases_bound(first->trace, first_work->run, &request, record, by_first);
    int strayed = cases_replay(second->trace, second_work->run, &request, record, by_second);
    cases_record_free(record);
    return strayed;
}
