/* linear_rival.h -- one margin proved by contradiction, in cases (linear.md, Refinement);
 * private to linear*.c.
 *
 * Suppose that somewhere in the box a margin is at most a threshold.  Bounds of the hidden
 * layers then only need to hold there: they are tightened by it, and the margin's bound
 * by them.  Once that exceeds the threshold there is no such place. */
#ifndef DOMAINS_LINEAR_RIVAL_H
#define DOMAINS_LINEAR_RIVAL_H

#include "linear_store.h"

#define RIVAL_LAYERS 8  /* hidden layers tightened: the last ones */
#define RIVAL_SPLITS 16 /* neurons fixed in one case */
#define RIVAL_TERMS (RIVAL_SPLITS + 3) /* of a row */

/* A hidden layer: a dense node and the ReLU that reads it. */
struct rival_layer {
    int dense, relu;
    size_t count;
    double *found; /* [2 count] lower ends of values and of their negatives, in turn */
    int *exponent; /* [2 count] of the multipliers that found them; RIVAL_NEW: none yet */
    double *alpha; /* [count] aside */
};
#define RIVAL_NEW (-10000)

/* In this case sign times a value of the last hidden layer is not negative. */
struct rival_split {
    size_t at;
    int sign;
    double weight;     /* of the value in the margin, roughly */
    double multiplier; /* not negative; any is sound */
};

struct rival {
    struct linear_work *work;
    struct linear_work *second; /* another engine's, to look again at part of it; or NULL */
    size_t label, other;
    double threshold; /* of the supposed margin, a power of two */
    struct rival_layer layers[RIVAL_LAYERS]; /* the last hidden layer first */
    int layer_count;
    struct rival_split splits[RIVAL_SPLITS];
    size_t split_count;
    double bound; /* of the margin, in this case */
    size_t cases; /* closed */
    struct term *terms; /* [WALK_ROWS RIVAL_TERMS] of a batch */
    uint64_t seed, draws;
    size_t wrong; /* rows that the second engine does not find */
};

/* Of the sample that `work` bounded last; `other`, `threshold` and `bound` are still to be set. */
void rival_open(struct rival *rival, struct linear_work *work, struct linear_work *second,
                int label);
void rival_close(struct rival *rival);

/* Lines of a hidden layer, and bounds of what its ReLU gives, from the bounds it has. */
void rival_relax(struct rival *rival, const struct rival_layer *layer);

/* A lower bound of the margin in this case; raises rival->bound. */
double rival_margin(struct rival *rival);

/* Tighten bounds, choose slopes and multipliers, round after round, until one gains little.
 * Returns whether the case is closed: impossible, which the second engine, if any, saw too. */
int rival_tighten(struct rival *rival);

/* linear_slopes.c: lower lines of undecided ReLUs between 0 and v, and multipliers of the
 * splits, changed one by one where the margin's bound gains. */
void rival_slopes(struct rival *rival);
void rival_multipliers(struct rival *rival);

#endif
