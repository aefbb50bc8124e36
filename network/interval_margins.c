/* interval_margins.c -- the last layer's joint bound: see interval.h.
 *
 * With q = d - zeta s the product's minimum over c -+ r >= 0 is q c - |q| r. */
#include <math.h>

#include "interval_run.h"

static inline float sign(float x)
{
    return (float)((x > 0) - (x < 0));
}

void interval_margins(const struct readout *readout, const float *c, const float *r, size_t label,
                      float *margins)
{
    const float zeta = readout->zeta, *bias = readout->bias;
    const float *y = readout->weight + label * readout->inputs;
    for (size_t j = 0; j < readout->classes; j++) {
        const float *w = readout->weight + j * readout->inputs;
        float sum = bias[label] - bias[j] - zeta * (fabsf(bias[label]) + fabsf(bias[j]));
        for (size_t i = 0; i < readout->inputs; i++) {
            float q = y[i] - w[i] - zeta * (fabsf(y[i]) + fabsf(w[i]));
            sum += q * c[i] - fabsf(q) * r[i];
        }
        margins[j] = j == label ? 0 : sum;
    }
}

void interval_margins_back(const struct readout *readout, const float *c, const float *r,
                           size_t label, const float *dmargins, float *dc, float *dr,
                           float *dweight, float *dbias)
{
    const float zeta = readout->zeta, *bias = readout->bias;
    const float *y = readout->weight + label * readout->inputs;
    float *dy = dweight + label * readout->inputs;
    for (size_t i = 0; i < readout->inputs; i++)
        dc[i] = dr[i] = 0;
    for (size_t j = 0; j < readout->classes; j++) {
        if (j == label)
            continue;
        const float *w = readout->weight + j * readout->inputs;
        float *dw = dweight + j * readout->inputs, d = dmargins[j];
        for (size_t i = 0; i < readout->inputs; i++) {
            float q = y[i] - w[i] - zeta * (fabsf(y[i]) + fabsf(w[i]));
            float dq = d * (c[i] - sign(q) * r[i]);
            dc[i] += d * q;
            dr[i] -= d * fabsf(q);
            dy[i] += dq * (1 - zeta * sign(y[i]));
            dw[i] -= dq * (1 + zeta * sign(w[i]));
        }
        dbias[label] += d * (1 - zeta * sign(bias[label]));
        dbias[j] -= d * (1 + zeta * sign(bias[j]));
    }
}
