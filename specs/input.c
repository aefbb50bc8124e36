/* input.c -- see input.h. */
#include "input.h"

#include <stdlib.h>
#include <string.h>

#include "decimal.h"

static int is_decimal(const char *text)
{
    mpq_t exact;
    mpq_init(exact);
    int good = text && decimal_parse(text, exact, NULL) == 0;
    mpq_clear(exact);
    return good;
}

int input_number(const json_t *input, const char *key, double *value, struct fault *fault)
{
    const char *text = json_string_value(json_object_get(input, key));
    if (!is_decimal(text))
        return fault_set(fault, "input: \"%s\" must be a decimal in quotes", key);
    *value = strtod(text, NULL);
    return 0;
}

int input_numbers(const json_t *input, const char *key, size_t count, double *values,
                  struct fault *fault)
{
    const json_t *list = json_object_get(input, key);
    int bad = json_array_size(list) != count;
    for (size_t i = 0; !bad && i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        bad = !is_decimal(text);
        values[i] = bad ? 0 : strtod(text, NULL);
    }
    if (bad)
        return fault_set(fault, "input: \"%s\" must be a list of %zu decimals in quotes", key,
                         count);
    return 0;
}

int input_divisors(const json_t *input, const char *key, size_t count, double *values,
                   struct fault *fault)
{
    if (input_numbers(input, key, count, values, fault))
        return -1;
    for (size_t i = 0; i < count; i++)
        if (!(values[i] > 0))
            return fault_set(fault, "input: \"%s\" must be greater than 0", key);
    return 0;
}

int input_word(const json_t *input, const char *key, const char *first, const char *second,
               struct fault *fault)
{
    const char *text = json_string_value(json_object_get(input, key));
    if (text && !strcmp(text, first))
        return 0;
    if (text && !strcmp(text, second))
        return 1;
    return fault_set(fault, "input: \"%s\" must be \"%s\" or \"%s\"", key, first, second);
}

int input_keys(const json_t *input, const char *const keys[], struct fault *fault)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)input, key, value) {
        size_t i = 0;
        while (keys[i] && strcmp(key, keys[i]))
            i++;
        if (!keys[i])
            return fault_set(fault, "input: unknown key \"%.60s\"", key);
    }
    return 0;
}
