/* box.h -- the two halves of the box domain; private to domains/. */
#ifndef DOMAINS_BOX_H
#define DOMAINS_BOX_H

#include "analyzer/domains/domain.h"

struct box_lsnn;
struct box_feedforward;

struct domain {
    const struct engine *engine;
    const struct network *network;
    struct weights *readout;
    /* feed-forward */
    struct layer plan[NETWORK_LAYERS]; /* the layers, cropped to what is used */
    struct weights *layers[NETWORK_LAYERS]; /* NULL where a layer has no weights */
    size_t first_dense; /* layers before it are run sample by sample */
    size_t widest;      /* intervals in the widest row between layers, per sample */
    /* LSNN */
    struct weights *w_in, *w_rec;
    struct scalar *decay, *complement, *decay_ada, *complement_ada, *b0, *beta;
};

struct analysis {
    const struct domain *domain;
    struct intervals *rows[2]; /* feed-forward: one sample's maps, in turn */
    struct intervals *flat[2]; /* feed-forward: the batch's flat rows, in turn */
    struct intervals *drive, *membrane, *adaptation, *threshold, *counts; /* LSNN */
    uint8_t *spikes, *above;
    int *fewest, *most;        /* spikes so far */
    int *surely_blocked, *maybe_blocked; /* refractory steps left */
    double *lower, *upper;     /* ends for observers */
};

int box_feedforward_prepare(struct domain *domain, const struct box *box, struct fault *fault)
    __attribute__((warn_unused_result));
void box_feedforward_workspace(struct analysis *analysis);
void box_feedforward_bound(const struct domain *domain, struct analysis *analysis,
                           const float *const inputs[], const int labels[], size_t batch,
                           struct margins results[], const struct observer *observer);

void box_lsnn_prepare(struct domain *domain, const struct box *box);
void box_lsnn_workspace(struct analysis *analysis);
void box_lsnn_bound(const struct domain *domain, struct analysis *analysis,
                    const float *input, int label, size_t sample, struct margins *result,
                    const struct observer *observer);

#endif
