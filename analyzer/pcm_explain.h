/* pcm_explain.h -- the equations and constants that a measurement of phase-change chips works
 * with, printed from the device at hand. */
#ifndef ANALYZER_PCM_EXPLAIN_H
#define ANALYZER_PCM_EXPLAIN_H

#include <stdio.h>

#include "analyzer/empirical/pcm_measure.h"

void pcm_explain(FILE *stream, const struct pcm_measure *measure);

const char *pcm_compensation_name(enum pcm_compensation compensation);

#endif
