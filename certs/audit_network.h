/* audit_network.h -- a network in a box, as the auditor sees it.
 *
 * A prepared network is read-only and shared by threads.  All functions that bound expect upward
 * rounding (audit_numbers.h). */
#ifndef CERTS_AUDIT_NETWORK_H
#define CERTS_AUDIT_NETWORK_H

#include "audit_numbers.h"
#include "certificate_words.h"
#include "specs/box.h"
#include "specs/graph.h"

#define AUDIT_CLASSES 1024

struct audit_network {
    const struct network *network; /* borrowed */
    struct span *theta;            /* every parameter's interval, laid out as the network's */
    struct graph graph;            /* feed-forward */
    /* LSNN: rho, 1 - rho of the membrane and of the adaptation; b0; beta */
    struct span decay, complement, decay_ada, complement_ada, b0, beta;
};

/* Enclose the box around the network's parameters, or with box NULL the parameters
 * themselves.  Returns 0, or -1 with the reason; audit_network_clear releases. */
int audit_network_prepare(struct audit_network *a, const struct network *network,
                          const struct box *box, struct fault *fault)
    __attribute__((warn_unused_result));
void audit_network_clear(struct audit_network *a);

/* Value o of a layer from the values before it. */
struct span audit_value(const struct audit_network *a, const struct graph_layer *g,
                        const struct span *values, size_t o);

/* margins [classes]: intervals of (a positive multiple of) logit_label - logit_j; the
 * label's own is 0.  margins_prove: all others are greater than 0; margins_refute: some
 * other one is at most 0. */
struct audit_margins {
    struct span margin[AUDIT_CLASSES];
};
int audit_margins_prove(const struct audit_margins *m, size_t classes, int label);
int audit_margins_refute(const struct audit_margins *m, size_t classes, int label);

/* What a readout's rows make of the intervals x [count] (x_i times w[class(j), i] + scale
 * times bias): `weight` and `bias` are tensors; step_class and step_input say how far
 * apart weights are. */
struct audit_readout {
    int weight, bias; /* bias -1: none */
    size_t count, step_class, step_input;
    double scale;
};
void audit_readout(const struct audit_network *a, const struct audit_readout *r,
                   const struct span *x, int label, struct audit_margins *margins);

/* Interval bound propagation of a feed-forward network.  Returns 0, or -1 where something
 * overflows; margins say nothing then. */
int audit_feedforward(const struct audit_network *a, const float *input, int label,
                      struct audit_margins *margins) __attribute__((warn_unused_result));

/* A leaf of trace evidence, which has a line per step (certificate.md); *text moves behind it.
 * cases are assumptions about spikes.  With text NULL the intervals are followed without
 * evidence: each neuron has one history, and what is possible happens.  Returns 0, or -1 with
 * the defect. */
struct audit_case {
    size_t step, unit;
    int fires;
};
int audit_trace(const struct audit_network *a, const float *input, int label,
                const struct audit_case *cases, size_t case_count, struct text *text,
                struct audit_margins *margins, struct fault *fault)
    __attribute__((warn_unused_result));

/* Linear evidence.  Returns 0 if all of it holds, so that the margins are
 * positive, or -1 with the defect. */
int audit_linear(const struct audit_network *a, const float *input, int label,
                 const struct text *text, struct fault *fault) __attribute__((warn_unused_result));

#endif
