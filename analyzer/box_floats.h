/* box_floats.h -- the float32 vectors of a box, for searches that run networks in float32. */
#ifndef ANALYZER_BOX_FLOATS_H
#define ANALYZER_BOX_FLOATS_H

#include "specs/box.h"

/* lower and upper [parameter_count]: ends in float32 that lie in the box around the network's
 * parameters, as far out as a few units in the last place allow, with
 * lower <= theta <= upper.  What varies beside parameters is left out (box_weights). */
void box_floats(const struct box *box, const struct network *network, float *lower, float *upper);

#endif
