/* pcm_box.h -- the box pcm:K@T: where the effective weights of a chip of phase-change memory are
 * at time T, when each of its random variables lies within K of its standard deviations.
 *
 * The chip is that of specs/pcm.md with tiles of at most 256 x 256, perfect converters and ideal
 * compensation.  Its weights are factor alpha (G+ - G-) w_max / g_max; both conductances are
 * enclosed device by device, alpha tile by tile.  On a tile, with u = G+ - G- as programmed and v
 * drifted, alpha = sum |u| / sum |v|, and alpha <= a as soon as
 *
 *     sum over the pairs of max (|u| - a |v|) <= 0
 *
 * over all values that the pair can have, which is bounded by |u| = s u, |v| >= max(s v, 0) for the
 * sign s of u: sums of one device's term each.  Likewise from below.  The model's own weights are
 * in the box, too, where the chip's interval leaves them out. */
#ifndef ANALYZER_PCM_BOX_H
#define ANALYZER_PCM_BOX_H

#include "analyzer/empirical/pcm.h"
#include "analyzer/yield.h"
#include "specs/box.h"
#include "specs/model.h"

#define PCM_BOX_TILE 256

struct pcm_box {
    const struct pcm_device *device; /* NULL: the form is of another kind */
    float *lower, *upper;            /* owned; borrowed by the form */
    size_t variables, tiles;
    double least_alpha, most_alpha;  /* over the tiles */
    struct yield yield;              /* how probably all variables are within K */
};

/* Where the form is pcm, compute its ends and hand them to it; else do nothing.  `sigmas` and
 * `seconds` are form->part.  Returns 0, or -1 with the reason: an unknown device, a time before
 * its first reading, so large a K that compensation has no bound.  pcm_box_clear releases,
 * whatever was returned, when the form is no longer used. */
int pcm_box_init(struct pcm_box *box, struct box_form *form, const struct model *model,
                 struct fault *fault) __attribute__((warn_unused_result));
void pcm_box_clear(struct pcm_box *box);

#endif
