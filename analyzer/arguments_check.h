/* arguments_check.h -- do certify's flags go together?  Private to arguments.c. */
#ifndef ANALYZER_ARGUMENTS_CHECK_H
#define ANALYZER_ARGUMENTS_CHECK_H

#include <argp.h>

#include "analyzer/arguments.h"

/* Says what does not and ends the program with the status of a wrong flag; completes the sizes
 * of boxes that have one of their own. */
void arguments_check(struct arguments *arguments, struct argp_state *state);

#endif
