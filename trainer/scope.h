/* scope.h -- which tensors take part in attack and noise: all, or those chosen. */
#ifndef TRAINER_SCOPE_H
#define TRAINER_SCOPE_H

#include <stddef.h>

#include "specs/network.h"

/* Ranges of the flat parameter vector, in order, disjoint. */
struct span {
    size_t first, count;
};
struct scope {
    size_t count;
    struct span spans[NETWORK_TENSORS];
};

/* The weights and biases of `network` for which out[number] is 0; `out` NULL: all of them.
 * Batch normalisations are never in scope: the paper neither attacks them nor adds noise. */
void scope_init(struct scope *scope, const struct network *network, const unsigned char *out);

#endif
