/* trace.h -- bounding a spiking network through its filtered spike trains.
 *
 * The membrane potential is linear in the weights, and weights do not change
 * with time, so it is bounded from traces instead of from its own past:
 *   V_t = W_in F_t + W_rec G_t + P_t
 *   F_{t+1} = rho F_t + (1 - rho) x_t    the filtered input,
 *   G_{t+1} = rho G_t + (1 - rho) o_t    the filtered spike train of a source,
 *   P_{t+1} = rho P_t - o_t R_t          what the target's own resets have taken,
 * rho = exp(-1/tau), R_t the threshold that a spike subtracts (specs/network.md).
 * Each weight meets one interval per step; the width of V never feeds back into V.
 *
 * Every neuron keeps up to K alternative histories.  A history is a set of
 * values for the spikes so far, the refractory steps left, the adaptation b, and
 * G and P.  The invariant: for every parameter vector in the box, some history
 * of each neuron contains what that neuron has come to.  Hence the hull of a
 * neuron's histories contains its G, all neurons' at once, V is in the interval
 * made from them and the history's own P, and whichever outcome the spike has,
 * that outcome's successor was made.  Joining two histories only enlarges. */
#ifndef DOMAINS_TRACE_H
#define DOMAINS_TRACE_H

#include "analyzer/domains/domain.h"

#define TRACE_DISJUNCTS 4        /* K when nothing else is asked for */
#define TRACE_MOST_DISJUNCTS 32

/* A network in a box, prepared on an engine; read-only, shared by threads. */
struct trace;

/* One thread's working memory. */
struct trace_run;

/* Can the network be traced?  0, or -1 with the reason: it is no LSNN, has too
 * many classes, or blocks for more than 63 steps after a spike. */
int trace_check(const struct network *network, struct fault *fault)
    __attribute__((warn_unused_result));

/* Prepare an LSNN (borrowed) for bounds with up to `disjuncts` histories per
 * neuron, 1 to TRACE_MOST_DISJUNCTS.  NULL with trace_check's reason. */
struct trace *trace_new(const struct engine *engine, const struct network *network,
                        const struct box *box, int disjuncts, struct fault *fault);
void trace_free(struct trace *trace);

struct trace_run *trace_run_new(const struct trace *trace);
void trace_run_free(struct trace_run *run);

/* An assumption: the spike o_{step + 1} of neuron `unit` is `spike`. */
struct trace_case {
    size_t step, unit;
    enum spike spike; /* SPIKE_SILENT or SPIKE_FIRES */
};

/* What a run chose where any choice is sound: which histories were joined. */
struct trace_script;
struct trace_script *trace_script_new(void);
void trace_script_free(struct trace_script *script);
/* Its words, borrowed.  Per step: the number of successors; for each the history it comes
 * from, times two, plus one if it fires; for each the number of the history it joins. */
const uint32_t *trace_script_words(const struct trace_script *script, size_t *count);

struct trace_request {
    const float *input; /* [steps][inputs] */
    int label;
    const struct trace_case *cases; /* assumed, by rising step */
    size_t case_count;
    struct trace_script *record;       /* filled with this run's choices; may be NULL */
    const struct trace_script *replay; /* choices of another engine's run, or NULL */
    const struct observer *observer;   /* may be NULL */
};

struct trace_answer {
    struct margins margins; /* for all parameters for which the cases are true */
    int empty;    /* there are none; margins say nothing */
    int strayed;  /* replay: something possible here was not possible in the script;
                     margins say nothing */
    int open;     /* some spike is undecided, and this is the first: */
    size_t open_step, open_unit;
};

/* Bound one sample.  Depends on nothing but the domain and the request. */
void trace_bound(const struct trace *trace, struct trace_run *run,
                 const struct trace_request *request, struct trace_answer *answer);

#endif
