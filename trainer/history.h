/* history.h -- the curves of a training run, drawn by gnuplot (plots/training-curves.gp). */
#ifndef TRAINER_HISTORY_H
#define TRAINER_HISTORY_H

#include "state.h"

/* Can curves be drawn to this path (.svg, .png, .pdf)?  Says why not before training. */
int history_check(const char *path, struct fault *fault) __attribute__((warn_unused_result));

/* Draw losses and accuracies of the epochs in the state's log.  A run without a finished
 * epoch draws nothing.  Returns 0, or -1 with the reason. */
int history_draw(const struct state *state, const char *title, const char *path,
                 struct fault *fault) __attribute__((warn_unused_result));

#endif
