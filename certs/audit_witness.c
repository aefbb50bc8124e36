/* audit_witness.c -- parameters that are said to break a sample: in the box, and wrong there. */
#include <mpfr.h>
#include <stdlib.h>
#include <string.h>

#include "audit_evidence.h"

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
                      struct fault *why)
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
    return bad ? fault_set(why, "a sign is none of + - 0") : 0;
}

/* Eight hexadecimal digits per parameter, the bits of a float32. */
static int read_values(const char *at, size_t count, float *star, struct fault *why)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = 0;
        for (int k = 0; k < 8; k++, at++) {
            const char *digit = *at ? strchr(digits, *at) : NULL;
            if (!digit)
                return fault_set(why, "a value is not eight hexadecimal digits");
            bits = bits << 4 | (uint32_t)(digit - digits);
        }
        memcpy(&star[i], &bits, sizeof bits);
    }
    return 0;
}

static int read_star(const struct certificate_sample *sample, const struct network *n,
                     const struct box *box, float *star, struct fault *why)
{
    size_t length = (size_t)(sample->evidence.end - sample->evidence.at), count = n->parameter_count;
    if (length == 8 + count && !memcmp(sample->evidence.at, " signs ", 7))
        return read_signs(sample->evidence.at + 7, n, box, star, why);
    if (length == 9 + 8 * count && !memcmp(sample->evidence.at, " values ", 8))
        return read_values(sample->evidence.at + 8, count, star, why);
    return fault_set(why, "neither a sign nor a value for each of %zu parameters", count);
}

enum evidence witness_check(const struct audit_network *nominal, const struct box *box,
                            const struct certificate_sample *sample, const float *input,
                            struct fault *why)
{
    size_t at, count = nominal->network->parameter_count;
    float *star = fault_alloc(count, sizeof *star);
    enum evidence outcome = EVIDENCE_FAILS;
    if (!read_star(sample, nominal->network, box, star, why)) {
        if (!box_contains(box, nominal->network, star, &at)) {
            fault_set(why, "parameter %zu of the witness is outside the box", at);
        } else {
            struct audit_network there = *nominal;
            there.theta = fault_alloc(count, sizeof *there.theta);
            for (size_t i = 0; i < count; i++)
                there.theta[i] = span_point(star[i]);
            outcome = wrong_check(&there, sample->label, input, why);
            free(there.theta);
        }
    }
    free(star);
    return outcome;
}
