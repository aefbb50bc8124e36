/* arguments_flags.h -- certify's flags and what --help says; private to arguments.c. */
#ifndef ANALYZER_ARGUMENTS_FLAGS_H
#define ANALYZER_ARGUMENTS_FLAGS_H

#include <argp.h>

enum {
    KEY_ZETA = 1000, KEY_DOMAIN, KEY_ENGINE, KEY_BITS, KEY_BOX, KEY_SAMPLES, KEY_SPLIT,
    KEY_CRITERION, KEY_DISJUNCTS, KEY_SPLITS, KEY_RADIUS, KEY_JSON, KEY_CSV, KEY_PLOT,
    KEY_MIN_CERTIFIED, KEY_REFEREE, KEY_EXACT_BIAS, KEY_FOLDED_BIAS, KEY_ZETA_NEURON, KEY_DIGITAL,
    KEY_TIME_LIMIT, KEY_SAMPLE_LIMIT, KEY_ATTACK, KEY_ATTACK_STEPS, KEY_ATTACK_RESTARTS,
    KEY_WITNESS, KEY_BUDGET, KEY_CERT, KEY_SIGMA, KEY_CLAIM
};

extern const struct argp_option arguments_flags[];
extern const char arguments_help[];

#endif
