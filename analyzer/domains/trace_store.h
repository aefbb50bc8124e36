/* trace_store.h -- the state of a trace run; private to the trace_*.c family. */
#ifndef DOMAINS_TRACE_STORE_H
#define DOMAINS_TRACE_STORE_H

#include "trace.h"

struct trace {
    const struct engine *engine;
    const struct network *network;
    size_t disjuncts;
    struct weights *w_in, *w_rec, *readout;
    struct scalar *decay, *complement, *decay_ada, *complement_ada, *b0, *beta;
    double per_reset, per_trace; /* what a join's widths in P and G cost */
};

/* Histories, neuron by neuron; of a list of successors, what made each. */
struct histories {
    size_t count;
    uint32_t *owner;
    int *fewest, *most; /* spikes so far */
    uint64_t *blocked;  /* bit r: r refractory steps may be left */
    uint32_t *from;     /* successors: the history before */
    uint8_t *spike;     /* successors: its outcome, SPIKE_SILENT or SPIKE_FIRES */
    struct intervals *adaptation, *trace, *resets; /* b, G and P */
};

struct trace_run {
    const struct trace *domain;
    struct intervals *input, *filtered;       /* x_t and F, per input */
    struct intervals *drive, *source;         /* per neuron: drive, hull of G */
    struct intervals *membrane, *threshold;   /* per history: V and B */
    struct intervals *reset;                  /* per successor: what a spike subtracts */
    struct intervals *counts;                 /* per neuron, for the readout */
    struct histories now, next;               /* next: successors, not yet joined */
    uint8_t *above, *possible;                /* per history */
    uint8_t *silence;                         /* per successor, all SPIKE_SILENT */
    uint32_t *group;                          /* per successor: the history it joins */
    uint32_t *member, *start;                 /* successors by group */
    uint32_t *first;                          /* [units + 1]: where a neuron's histories begin */
    size_t groups;
    int *zeros, *fewest, *most;               /* per neuron */
    double *trace_low, *trace_high, *reset_low, *reset_high; /* per successor */
    uint32_t *place, *next_place;             /* replay: where a scripted history went */
    uint32_t *successor_place;                /* replay: and a scripted successor */
    size_t scripted;                          /* replay: successors in the script's step */
    double *lower, *upper;                    /* for observers */
};

struct trace_script {
    size_t count, capacity;
    uint32_t *words;
};
#define TRACE_NOWHERE UINT32_MAX

/* Successors of the run's histories, from what is possible, or those of them
 * that the script has; -1 if the script lacks one. */
void trace_list_successors(struct trace_run *run);
void trace_add_successor(struct trace_run *run, size_t from, enum spike spike);
int trace_replay_successors(struct trace_run *run, const struct trace_script *script, size_t *at);

/* The group of every successor: as few are joined as K allows, the most alike
 * first; or as the script says. */
void trace_choose_groups(struct trace_run *run);
void trace_replay_groups(struct trace_run *run, const struct trace_script *script, size_t *at);

void trace_record(const struct trace_run *run, struct trace_script *script);

/* Histories := the hull of each group of successors. */
void trace_join(struct trace_run *run);

/* Show a step's bounds, before and after its histories are replaced. */
void trace_show_membranes(struct trace_run *run, size_t step, const struct observer *observer);
void trace_show_histories(struct trace_run *run, size_t step, const struct observer *observer);

#endif
