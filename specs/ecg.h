/* ecg.h -- the ECG task: heart beats of four classes from MIT-BIH records (data.md). */
#ifndef SPECS_ECG_H
#define SPECS_ECG_H

#include "dataset.h"
#include "encoder.h"

#define ECG_STEPS 100
#define ECG_LEADS ENCODER_LEADS
#define ECG_CLASSES 4

/* How records are divided: beat by beat as in the paper, or whole patients. */
enum ecg_division { ECG_BY_BEAT, ECG_BY_PATIENT };

/* Fill inputs [count, 100, channels of the encoder] and labels of one part from the
 * records in folder/ecg.  Returns 0, or -1 with the reason. */
int ecg_load(struct dataset *set, enum ecg_division division, const struct encoder *encoder,
             enum split split, const char *folder, struct fault *fault)
    __attribute__((warn_unused_result));

/* z-score one lead of a beat: subtract the mean, divide by the population's
 * standard deviation; a constant lead becomes zeros.  All in binary64. */
void ecg_standardise(double *values, size_t count);

#endif
