/* merge.h -- the results of all shards of one run, put together. */
#ifndef ANALYZER_MERGE_H
#define ANALYZER_MERGE_H

#include "analyzer/arguments.h"

/* Read the --json results that the arguments name, check that they are all the shards of one run,
 * each once, with equal digests and settings, and write the whole as the arguments ask.  Returns an
 * exit status, and fills `fault` where that needs a reason: EXIT_INPUT for a file that is no result,
 * EXIT_INCONCLUSIVE for results that do not make a whole or were interrupted. */
int merge_results(const struct arguments *arguments, struct fault *fault);

#endif
