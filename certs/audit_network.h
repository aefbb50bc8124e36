/* audit_network.h -- a network in a box, as the auditor sees it, and what it proves of an answer.
 *
 * A prepared network is read-only and shared by threads.  All functions that bound expect upward
 * rounding (audit_numbers.h). */
#ifndef CERTS_AUDIT_NETWORK_H
#define CERTS_AUDIT_NETWORK_H

#include "audit_numbers.h"
#include "certificate.h"
#include "certificate_raster.h"
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

/* Enclose the box around the network's parameters.  Returns 0, or -1 with the reason.  After that,
 * too, audit_network_clear releases. */
int audit_network_prepare(struct audit_network *a, const struct network *network,
                          const struct box *box, struct fault *fault)
    __attribute__((warn_unused_result));
void audit_network_clear(struct audit_network *a);

/* margins [classes] are intervals of (a positive multiple of) logit_label - logit_j.  What they
 * prove: the label's logit is greater than every other one, some other is not less, or nothing. */
enum answer { ANSWER_OPEN, ANSWER_RIGHT, ANSWER_WRONG };
enum answer audit_answer(const struct span *margins, size_t classes, int label);

/* The margins of a feed-forward network by linear evidence, all of which must hold so that they
 * are positive; with text NULL by interval bound propagation.  Returns 0, or -1 with the defect. */
int audit_feedforward(const struct audit_network *a, const float *input, int label,
                      const struct text *text, struct span *margins, struct fault *fault)
    __attribute__((warn_unused_result));

/* Those of a spiking network by a leaf of trace evidence, which has a line per step
 * (certificate.md); *text moves behind it.  cases are assumptions about spikes.  With text NULL
 * without evidence: each neuron has one history, and what is possible happens.  Returns 0, or -1
 * with the defect. */
int audit_trace(const struct audit_network *a, const float *input, int label,
                const struct raster_case *cases, size_t case_count, struct text *text,
                struct span *margins, struct fault *fault) __attribute__((warn_unused_result));

/* Does the evidence for one sample's verdict hold?  Only of what claims nothing for the whole box
 * this can be OPEN; EVIDENCE_FAILS says why. */
enum evidence { EVIDENCE_HOLDS, EVIDENCE_FAILS, EVIDENCE_OPEN };
enum evidence audit_evidence(const struct audit_network *a, const struct box *box,
                             const struct certificate_sample *sample, const float *input,
                             struct fault *why);

#endif
