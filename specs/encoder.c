/* encoder.c -- see encoder.h. */
#include "encoder.h"

#include <math.h>
#include <string.h>

#include "input.h"

static const char *const names[] = {"raw", "causal6"};

/* exp(-1/8) to 17 digits: a decimal, so that no mathematical library has a say in it. */
const char encoder_causal6_entry[] = "\"encoder\":\"causal6\",\"decay\":\"0.88249690258459540\"";

int encoder_from_name(const char *name)
{
    for (int i = 0; i < 2; i++)
        if (!strcmp(name, names[i]))
            return i;
    return -1;
}

const char *encoder_name(enum encoder_kind kind)
{
    return names[kind];
}

int encoder_read(struct encoder *encoder, const json_t *input, struct fault *fault)
{
    *encoder = (struct encoder){ENCODER_RAW, 0};
    if (json_object_get(input, "encoder")) {
        int kind = input_word(input, "encoder", names[0], names[1], fault);
        if (kind < 0)
            return -1;
        encoder->kind = (enum encoder_kind)kind;
    }
    if (encoder->kind == ENCODER_RAW)
        return json_object_get(input, "decay")
                   ? fault_set(fault, "input: \"decay\" belongs to the encoder causal6")
                   : 0;
    if (input_number(input, "decay", &encoder->decay, fault))
        return -1;
    if (!(encoder->decay > 0 && encoder->decay < 1))
        return fault_set(fault, "input: \"decay\" must lie between 0 and 1");
    return 0;
}

void encoder_run(const struct encoder *encoder, const double *leads, size_t steps, float *into)
{
    size_t channels = encoder_channels(encoder->kind);
    for (size_t lead = 0; lead < ENCODER_LEADS; lead++) {
        const double *x = leads + lead * steps;
        double slow = x[0], decay = encoder->decay;
        for (size_t t = 0; t < steps; t++) {
            float *at = into + t * channels + lead;
            at[0] = (float)x[t];
            if (encoder->kind == ENCODER_RAW)
                continue;
            if (t)
                slow = decay * slow + (1 - decay) * x[t];
            at[ENCODER_LEADS] = (float)(2 * (x[t] - x[t < 2 ? 0 : t - 2]));
            at[2 * ENCODER_LEADS] = (float)fabs(x[t] - slow);
        }
    }
}
