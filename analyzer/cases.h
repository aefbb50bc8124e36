/* cases.h -- proof by cases on spikes that a trace run leaves undecided.
 *
 * Where one run proves nothing, the first undecided spike is assumed to be
 * silent, then to fire, and each assumption is bounded again; the two cover the
 * box, so what holds in both holds.  What the leaves of this tree say together
 * is said of the whole box. */
#ifndef ANALYZER_CASES_H
#define ANALYZER_CASES_H

#include "analyzer/domains/trace.h"
#include "analyzer/verdict.h"

/* The tree of a bound and the choices of its runs, for another engine to follow. */
struct cases_record;
struct cases_record *cases_record_new(void);
void cases_record_free(struct cases_record *record);

/* Node i of the tree, in preorder: a leaf's script (borrowed), or NULL and the spike on which
 * it splits; first comes the case in which the neuron fires. */
size_t cases_record_count(const struct cases_record *record);
const struct trace_script *cases_record_node(const struct cases_record *record, size_t i,
                                             size_t *step, size_t *unit);

struct cases_request {
    const float *input;
    int label;
    size_t classes;
    enum criterion criterion; /* what a leaf must prove */
    size_t splits;            /* runs that may be spent after the first */
    double deadline;          /* after which none is begun (domains/deadline.h) */
};

/* Bound a sample: by cases if they prove it, else by the first run alone.
 * `record` may be NULL.  Returns the number of runs after the first that the
 * bound rests on. */
size_t cases_bound(const struct trace *trace, struct trace_run *run,
                   const struct cases_request *request, struct cases_record *record,
                   struct margins *margins);

/* The same tree and choices on another engine.  Returns 0, or -1 if something is
 * possible there that was impossible when the record was made. */
int cases_replay(const struct trace *trace, struct trace_run *run,
                 const struct cases_request *request, const struct cases_record *record,
                 struct margins *margins) __attribute__((warn_unused_result));

#endif
