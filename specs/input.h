/* input.h -- reading a model's "input" entry: what its preprocessing is (data.md).
 *
 * An entry is taken as it is or refused: a missing constant, a number that is no
 * decimal in quotes and an unknown key each name themselves in the fault. */
#ifndef SPECS_INPUT_H
#define SPECS_INPUT_H

#include <jansson.h>
#include <stddef.h>

#include "fault.h"

/* The value of a decimal, rounded to nearest in binary64.  Returns 0 or -1. */
int input_number(const json_t *input, const char *key, double *value, struct fault *fault)
    __attribute__((warn_unused_result));

/* The same for a list of exactly `count` decimals. */
int input_numbers(const json_t *input, const char *key, size_t count, double *values,
                  struct fault *fault) __attribute__((warn_unused_result));

/* input_numbers, and every value must be above 0: what is divided by. */
int input_divisors(const json_t *input, const char *key, size_t count, double *values,
                   struct fault *fault) __attribute__((warn_unused_result));

/* 0 where the word is `first`, 1 where it is `second`, -1 otherwise. */
int input_word(const json_t *input, const char *key, const char *first, const char *second,
               struct fault *fault);

/* Every task has its own keys; another one would be silently without effect.
 * `keys` ends with NULL.  Returns 0 or -1. */
int input_keys(const json_t *input, const char *const keys[], struct fault *fault)
    __attribute__((warn_unused_result));

#endif
