/* fold.h -- batch normalisation folded into the layer before it, and taken out again.
 *
 * With s = scale / sqrt(variance + NETWORK_NORM_EPSILON), per channel,
 *
 *     weight' = weight s        bias' = shift - mean s
 *
 * computed in binary64 and rounded once: the folded network computes what the other one
 * does in evaluation.  A model holds the folded network and, beside it, s, mean and
 * variance of every folded layer: what an analog crossbar that holds the unfolded weights
 * needs to know (weight = weight' / s), and what training needs to go on. */
#ifndef SPECS_FOLD_H
#define SPECS_FOLD_H

#include "model.h"

/* Put `training`, with its parameters, into the zeroed network and norms of `model`.
 * A network without batch normalisations is copied. */
void fold_network(const struct network *training, struct model *model);

/* The parameters of `training` (its description given) from the model that it would be
 * folded to: exact up to the rounding of two operations.  A channel with s = 0 gets the
 * weights it has, 0.  Returns 0, or -1 with the reason where the model holds another
 * network or lacks the norms. */
int fold_undo(const struct model *model, struct network *training, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
