/* certificate_witness.c -- see certificate_witness.h. */
#include "certificate_witness.h"

#include <inttypes.h>
#include <mpfr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Directed twice in the same direction is directed once. */
static float inward(const mpq_t end, mpfr_rnd_t direction)
{
    mpfr_t x;
    mpfr_init2(x, 64);
    mpfr_set_q(x, end, direction);
    float f = mpfr_get_flt(x, direction);
    mpfr_clear(x);
    return f;
}

void certificate_corners_init(struct certificate_corners *corners, const struct box *box,
                              const struct network *network)
{
    mpq_t low, high;
    mpq_inits(low, high, NULL);
    corners->lower = fault_alloc(network->parameter_count + 1, sizeof *corners->lower);
    corners->upper = fault_alloc(network->parameter_count + 1, sizeof *corners->upper);
    for (int t = 0; t < network->tensor_count; t++) {
        const struct tensor *tensor = &network->tensors[t];
        struct box_part part;
        box_part_init(&part, box, network->theta + tensor->offset, tensor->count);
        for (size_t i = 0; i < tensor->count; i++) {
            box_part_ends(&part, i, low, high);
            corners->lower[tensor->offset + i] = inward(low, MPFR_RNDU);
            corners->upper[tensor->offset + i] = inward(high, MPFR_RNDD);
        }
        box_part_clear(&part);
    }
    mpq_clears(low, high, NULL);
}

void certificate_corners_clear(struct certificate_corners *corners)
{
    free(corners->lower);
    free(corners->upper);
}

char *certificate_witness(const struct counterexample *search, const struct network *network,
                          const struct certificate_corners *corners, const float *input,
                          int label, const float *star)
{
    size_t count = network->parameter_count, length;
    char *signs = fault_alloc(count + 1, 1), *text = NULL;
    float *corner = fault_alloc_aligned(count, sizeof *corner);
    for (size_t i = 0; i < count; i++) {
        float theta = network->theta[i];
        signs[i] = star[i] > theta ? '+' : star[i] < theta ? '-' : '0';
        corner[i] = star[i] > theta   ? corners->upper[i]
                    : star[i] < theta ? corners->lower[i]
                                      : theta;
    }
    FILE *stream = open_memstream(&text, &length);
    require(stream);
    if (counterexample_confirm(search, input, label, corner)) {
        fprintf(stream, " signs %s\n", signs);
    } else {
        fprintf(stream, " values ");
        for (size_t i = 0; i < count; i++) {
            uint32_t bits;
            memcpy(&bits, &star[i], sizeof bits);
            fprintf(stream, "%08" PRIx32, bits);
        }
        fputc('\n', stream);
    }
    require(!fclose(stream));
    free(corner);
    free(signs);
    return text;
}
