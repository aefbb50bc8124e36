/* options.h -- flags and manners that all programs share.
 *
 * A program puts `options_argp` among its argp children and hands over its
 * struct options in state->child_inputs (at ARGP_KEY_INIT).  Wrong flags end
 * the program with exit status 2 and a hint at --help. */
#ifndef CONSOLE_OPTIONS_H
#define CONSOLE_OPTIONS_H

#include <argp.h>
#include <stddef.h>
#include <stdint.h>

#include "specs/fault.h"

struct options {
    int threads;      /* OpenMP threads, at least 1 */
    uint64_t seed;
    int quiet;        /* no progress on stderr, no chatter */
    const char *data; /* folder of the data sets; borrowed */
};

/* --threads, --seed, --quiet, --data. */
extern const struct argp options_argp;

/* Before argp_parse: fills defaults (all processors, seed 0, $STEADFAST_DATA or
 * "data"), makes wrong flags exit with 2 and --version print version.h's lines. */
void options_begin(struct options *options);

/* Read a whole number in [low, high].  Returns 0, or -1 with a line that names the flag. */
int options_count(const char *flag, const char *text, uint64_t low, uint64_t high,
                  uint64_t *value, struct fault *fault) __attribute__((warn_unused_result));

/* Read a finite number in [low, high]. */
int options_number(const char *flag, const char *text, double low, double high,
                   double *value, struct fault *fault) __attribute__((warn_unused_result));

#endif
