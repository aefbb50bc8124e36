/* domain.h -- bounding what a network can do over a box of parameters.
 *
 * A domain is one network, in one box, prepared on one engine: read-only,
 * shared by threads.  An analysis is one thread's working memory.  Bounding a
 * sample gives enclosures of every logit and of every margin that hold for all
 * parameters in the box, over the real numbers (specs/network.md). */
#ifndef DOMAINS_DOMAIN_H
#define DOMAINS_DOMAIN_H

#include "analyzer/numbers/kernels.h"

/* Samples that are bounded in one call; dense layers then read their weights
 * once for all of them. */
#define DOMAIN_BATCH 24

struct domain;
struct analysis;

/* Interval bound propagation ("box") of `network` (borrowed) with its
 * parameters in `box`, on `engine`.  NULL with the reason where the network
 * does not end in a layer of weights. */
struct domain *domain_new(const struct engine *engine, const struct network *network,
                          const struct box *box, struct fault *fault);
void domain_free(struct domain *domain);

struct analysis *analysis_new(const struct domain *domain);
void analysis_free(struct analysis *analysis);

/* What an observer is shown, before anything is thrown away. */
enum quantity {
    QUANTITY_PREACTIVATION, /* outputs of layer `layer` with weights, less the rows and
                               columns that a pooling layer after it drops */
    QUANTITY_DRIVE,         /* LSNN: I_t */
    QUANTITY_MEMBRANE,      /* LSNN: V_{t+1} */
    QUANTITY_THRESHOLD,     /* LSNN: B_{t+1} */
    QUANTITY_SPIKE,         /* LSNN: o_{t+1}, as [0, 0], [1, 1] or [0, 1] */
    QUANTITY_TRACE,         /* LSNN, trace: G that V_{t+1} is made of */
    QUANTITY_COUNT,         /* LSNN, trace: o_1 + ... + o_{t+1} */
    QUANTITY_HISTORIES      /* LSNN, trace: after o_{t+1}, three rows of `count` ends:
                               b, G and P (trace.h) that the next step begins with */
};
struct sighting {
    enum quantity quantity;
    size_t sample; /* its place in the batch */
    size_t layer;  /* feed-forward */
    size_t step;   /* LSNN: t */
    size_t count;
    const double *lower, *upper; /* ends, rounded outward to binary64 */
    /* QUANTITY_HISTORIES only: each one's neuron, spikes so far, and as bit r whether
     * r refractory steps may be left. */
    const uint32_t *owner;
    const int *fewest, *most;
    const uint64_t *blocked;
};
struct observer {
    void (*see)(void *context, const struct sighting *sighting);
    void *context;
};

/* Bound `batch` <= DOMAIN_BATCH samples: inputs[i] is sample i's tensor, labels[i]
 * its class, results[i] what is known.  Depends on nothing else.
 * `observer` may be NULL. */
void domain_bound(const struct domain *domain, struct analysis *analysis,
                  const float *const inputs[], const int labels[], size_t batch,
                  struct margins results[], const struct observer *observer);

#endif
