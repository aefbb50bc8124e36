/* certificate_raster.h -- reading trace evidence: cases and spike rasters (certificate.md). */
#ifndef CERTS_CERTIFICATE_RASTER_H
#define CERTS_CERTIFICATE_RASTER_H

#include "certificate_words.h"
#include "specs/fault.h"

#define RASTER_CASES 4096 /* assumed at once, and splits of a sample */

/* A tree of cases: a split, then what is below it if that spike is fired, then if not; or a leaf
 * with its raster.  `text` is what is left of it; at a leaf, `depth` cases are assumed. */
struct raster_case {
    size_t step, unit;
    int fires;
};
struct raster_tree {
    struct text text;
    size_t depth, splits, leaves;
    struct raster_case cases[RASTER_CASES];
};

/* Go to the next leaf, of a tree whose last leaf's raster has been taken from `text`: 1; 0 if there
 * is none and nothing more; or -1 with the defect.  Splits are at so many steps and units. */
int raster_leaf(struct raster_tree *tree, size_t steps, size_t units, struct fault *fault)
    __attribute__((warn_unused_result));

#define RASTER_HISTORIES 32 /* per neuron, at most */

/* A leaf's lines, one per step; `step` counts those taken. */
struct raster {
    struct text text, line; /* what is left: of the evidence, of the step's line */
    size_t step;
    struct fault *fault;
};

/* What is said of one neuron: the outcomes of its histories, "+", "-", "?" or "x", and into
 * which of `groups` new histories each of their successors goes. */
struct raster_word {
    char outcome[RASTER_HISTORIES];
    size_t successors, groups;
    unsigned char group[2 * RASTER_HISTORIES];
};

/* Go to the next step's line; to what it says of a neuron that has so many histories (a neuron
 * without a word is silent); past its end.  0, or -1 with the defect. */
int raster_line(struct raster *r) __attribute__((warn_unused_result));
int raster_word(struct raster *r, size_t unit, size_t histories, struct raster_word *word)
    __attribute__((warn_unused_result));
int raster_line_end(struct raster *r) __attribute__((warn_unused_result));

#endif
