/* certificate_witness.c -- see certificate_witness.h. */
#include "certificate_witness.h"

#include <mpfr.h>
#include <string.h>

/* The least (sign < 0) or greatest float32 in parameter i's interval. */
static float corner(const struct box_part *part, size_t i, int sign, mpq_t low, mpq_t high)
{
    mpfr_t x;
    mpfr_rnd_t inward = sign < 0 ? MPFR_RNDU : MPFR_RNDD;
    box_part_ends(part, i, low, high);
    mpfr_init2(x, 64);
    mpfr_set_q(x, sign < 0 ? low : high, inward);
    float f = mpfr_get_flt(x, inward);
    mpfr_clear(x);
    return f;
}

/* One character of + - 0 per parameter. */
static int read_signs(const char *at, const struct network *n, const struct box *box, float *star,
                      struct fault *fault)
{
    mpq_t low, high;
    int bad = 0;
    mpq_inits(low, high, NULL);
    for (int t = 0; t < n->tensor_count; t++) {
        const struct tensor *tensor = &n->tensors[t];
        struct box_part part;
        box_part_init(&part, box, n->theta + tensor->offset, tensor->count);
        for (size_t i = 0; i < tensor->count && !bad; i++) {
            char sign = at[tensor->offset + i];
            bad = sign != '+' && sign != '-' && sign != '0';
            star[tensor->offset + i] =
                sign == '0' ? part.values[i] : corner(&part, i, sign == '-' ? -1 : 1, low, high);
        }
        box_part_clear(&part);
    }
    mpq_clears(low, high, NULL);
    return bad ? fault_set(fault, "a sign is none of + - 0") : 0;
}

/* Eight hexadecimal digits per parameter, the bits of a float32. */
static int read_values(const char *at, size_t count, float *star, struct fault *fault)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = 0;
        for (int k = 0; k < 8; k++, at++) {
            const char *digit = *at ? strchr(digits, *at) : NULL;
            if (!digit)
                return fault_set(fault, "a value is not eight hexadecimal digits");
            bits = bits << 4 | (uint32_t)(digit - digits);
        }
        memcpy(&star[i], &bits, sizeof bits);
    }
    return 0;
}

int witness_read(const struct text *text, const struct network *network, const struct box *box,
                 float *star, struct fault *fault)
{
    struct text rest = *text;
    size_t count = network->parameter_count;
    if (!text_word(&rest, " signs ") && (size_t)(rest.end - rest.at) == count + 1)
        return read_signs(rest.at, network, box, star, fault);
    rest = *text;
    if (!text_word(&rest, " values ") && (size_t)(rest.end - rest.at) == 8 * count + 1)
        return read_values(rest.at, count, star, fault);
    return fault_set(fault, "neither a sign nor a value for each of %zu parameters", count);
}
