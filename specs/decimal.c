/* decimal.c -- see decimal.h. */
#include "decimal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 60
#define EXPONENT_MOST 400

static int not_a_decimal(const char *text, struct fault *fault)
{
    return fault_set(fault, "'%.70s' is not a decimal number such as 0.01 or 5e-4", text);
}

/* Digits of the mantissa into `digits`; returns where it ends, and how many
 * stood after the point.  NULL if there is no digit. */
static const char *take_mantissa(const char *at, char *digits, int *after_point)
{
    int seen = 0, point = 0;
    *after_point = 0;
    for (; isdigit((unsigned char)*at) || (*at == '.' && !point); at++) {
        if (*at == '.') {
            point = 1;
            continue;
        }
        *digits++ = *at;
        seen++;
        *after_point += point;
    }
    *digits = '\0';
    return seen ? at : NULL;
}

/* The exponent behind 'e', or 0 where there is none. */
static int take_exponent(const char *at, long *exponent)
{
    *exponent = 0;
    if (!*at)
        return 0;
    if (*at != 'e' && *at != 'E')
        return -1;
    at++;
    const char *digits = at + (*at == '+' || *at == '-');
    if (!isdigit((unsigned char)*digits) || strlen(digits) > 4)
        return -1;
    char *end;
    *exponent = strtol(at, &end, 10);
    return *end || labs(*exponent) > EXPONENT_MOST ? -1 : 0;
}

int decimal_parse(const char *text, mpq_t value, struct fault *fault)
{
    char digits[LONGEST + 1];
    int after_point;
    long exponent;
    if (strlen(text) > LONGEST)
        return not_a_decimal(text, fault);
    int negative = *text == '-';
    const char *rest = take_mantissa(text + (negative || *text == '+'), digits, &after_point);
    if (!rest || take_exponent(rest, &exponent))
        return not_a_decimal(text, fault);

    exponent -= after_point;
    mpz_t scale;
    mpz_init(scale);
    mpz_ui_pow_ui(scale, 10, (unsigned long)labs(exponent));
    mpz_set_str(mpq_numref(value), digits, 10);
    mpz_set_ui(mpq_denref(value), 1);
    if (exponent >= 0)
        mpz_mul(mpq_numref(value), mpq_numref(value), scale);
    else
        mpz_set(mpq_denref(value), scale);
    mpq_canonicalize(value);
    if (negative)
        mpq_neg(value, value);
    mpz_clear(scale);
    return 0;
}
