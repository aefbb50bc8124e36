/* encoder.h -- what an ECG network sees of a beat: fixed, causal, without weights (data.md).
 *
 * raw      the two z-scored leads
 * causal6  these, their differences over two steps times 2, and the absolute value of
 *          what a first-order high-pass of about eight steps leaves of them
 *
 * A value at step t depends on steps up to t alone.  No weights, so that a box on a
 * network's parameters covers all there are. */
#ifndef SPECS_ENCODER_H
#define SPECS_ENCODER_H

#include <jansson.h>
#include <stddef.h>

#include "fault.h"

#define ENCODER_LEADS 2
#define ENCODER_CHANNELS 6 /* the most */

enum encoder_kind { ENCODER_RAW, ENCODER_CAUSAL6 };

struct encoder {
    enum encoder_kind kind;
    double decay; /* of the high-pass, per step; causal6 */
};

/* Values per step. */
static inline size_t encoder_channels(enum encoder_kind kind)
{
    return kind == ENCODER_CAUSAL6 ? ENCODER_CHANNELS : ENCODER_LEADS;
}

/* "raw" or "causal6"; -1 for another word. */
int encoder_from_name(const char *name);
const char *encoder_name(enum encoder_kind kind);

/* The part of an input entry that says causal6, e.g. "\"encoder\":\"causal6\",...". */
extern const char encoder_causal6_entry[];

/* From "encoder" and "decay" of an input entry; without "encoder" it is raw.
 * Returns 0, or -1 with the reason. */
int encoder_read(struct encoder *encoder, const json_t *input, struct fault *fault)
    __attribute__((warn_unused_result));

/* One beat: leads [2][steps] in binary64 to `into` [steps, channels], computed in
 * binary64 and rounded once. */
void encoder_run(const struct encoder *encoder, const double *leads, size_t steps, float *into);

#endif
