/* box.h -- the parts of the box domain; private to domains/. */
#ifndef DOMAINS_BOX_H
#define DOMAINS_BOX_H

#include "analyzer/domains/domain.h"

/* rho and 1 - rho of a membrane and of the adaptation, for one tau each. */
struct decays {
    struct scalar *membrane, *membrane_complement, *adaptation, *adaptation_complement;
};

struct box_lsnn;
struct box_graph;
struct box_rows;

struct domain {
    const struct engine *engine;
    const struct network *network;
    int beyond; /* enum box_beyond */
    struct weights *readout;
    struct weights *size_readout; /* of the box's sizes; NULL unless digital, as all size_... */
    /* feed-forward */
    struct layer plan[NETWORK_LAYERS]; /* the layers, cropped to what is used */
    struct weights *layers[NETWORK_LAYERS]; /* NULL where a layer has no weights */
    struct weights *size_layers[NETWORK_LAYERS];
    size_t first_dense; /* layers before it are run sample by sample */
    struct box_graph *graph; /* of a network that is no plain list of layers, else NULL */
    size_t widest;      /* intervals in the widest row between layers, per sample */
    /* LSNN */
    struct weights *w_in, *w_rec, *size_in, *size_rec;
    struct decays low, high; /* of the least and greatest tau; high: only where they differ */
    struct scalar *b0, *beta;
    double most_b0, most_beta; /* their greatest sizes; digital */
};

struct analysis {
    const struct domain *domain;
    struct intervals *rows[2]; /* feed-forward: one sample's maps, in turn */
    struct intervals *flat[2]; /* feed-forward: the batch's flat rows, in turn */
    struct intervals *sizes;   /* digital: sums of sizes; LSNN: of the drive */
    float *frame;              /* LSNN, digital: sizes of a step's inputs */
    int *zeros;                /* LSNN: [units] */
    struct intervals *other;   /* LSNN: a row to work with, where something varies beyond */
    struct box_rows *graph_rows; /* of a graph */
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

int box_lsnn_prepare(struct domain *domain, const struct box *box, struct fault *fault)
    __attribute__((warn_unused_result));

void box_feedforward_show(struct analysis *analysis, const struct intervals *x, size_t first,
                          size_t count, size_t sample, size_t layer,
                          const struct observer *observer);

/* Networks with other layers than conv2d, dense, relu, maxpool2d and flatten in a row. */
int box_graph_prepare(struct domain *domain, const struct box *box, struct fault *fault)
    __attribute__((warn_unused_result));
void box_graph_free(struct domain *domain);
void box_graph_workspace(struct analysis *analysis);
void box_graph_release(struct analysis *analysis);
void box_graph_bound(const struct domain *domain, struct analysis *analysis,
                     const float *const inputs[], const int labels[], size_t batch,
                     struct margins results[], const struct observer *observer);

void box_lsnn_workspace(struct analysis *analysis);
void box_lsnn_bound(const struct domain *domain, struct analysis *analysis,
                    const float *input, int label, size_t sample, struct margins *result,
                    const struct observer *observer);

/* One step's pieces (box_neuron.c).  Constants of the neurons in `box`. */
void box_neuron_prepare(struct domain *domain, const struct box *box);
void box_neuron_clear(struct domain *domain);
/* I_t, and the sizes of its terms. */
void box_neuron_drive(const struct domain *domain, struct analysis *analysis, const float *input);
/* V := rho V + (1 - rho) I. */
void box_neuron_integrate(const struct domain *domain, struct analysis *analysis);
/* b := rho b + (1 - rho) o, then B := b0 + beta b. */
void box_neuron_adapt(const struct domain *domain, struct analysis *analysis);
void box_neuron_threshold(const struct domain *domain, struct analysis *analysis);
/* The rounding of V, whose terms include the threshold subtracted. */
void box_neuron_round(const struct domain *domain, struct analysis *analysis);

#endif
