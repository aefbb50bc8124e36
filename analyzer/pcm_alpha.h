/* pcm_alpha.h -- proven bounds of a tile's factor of compensation; private to pcm_box.c. */
#ifndef ANALYZER_PCM_ALPHA_H
#define ANALYZER_PCM_ALPHA_H

#include <stddef.h>

#include "analyzer/pcm_enclose.h"

/* Both devices of a pair, G+ first. */
struct pcm_pair {
    struct pcm_bounds side[2];
};

/* alpha[0] <= R(as programmed) / R(now) <= alpha[1] for every value within the bounds of the
 * pairs [count], R floored as specs/pcm.md says.  Returns 0, or -1 when there is no bound. */
int pcm_alpha(const struct pcm_pair *const *pairs, size_t count, double alpha[2])
    __attribute__((warn_unused_result));

#endif
