/* box_floats.c -- see box_floats.h. */
#include "box_floats.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "analyzer/numbers/box_ends.h"
#include "analyzer/numbers/rounding.h"

/* float32 ends inside the interval whose outward ends in binary64 are given: those are off by
 * a few of 2^-53 of the sizes, which 2^-49 of them covers. */
static void inward(float theta, double lower, double upper, float *from, float *to)
{
    double size = fabs((double)theta);
    double low = lower + 0x1p-49 * (size + fabs(lower - theta));
    double high = upper - 0x1p-49 * (size + fabs(upper - theta));
    float f = low > -FLT_MAX ? (float)low : -FLT_MAX;
    float t = high < FLT_MAX ? (float)high : FLT_MAX;
    f = (double)f < low ? nextafterf(f, INFINITY) : f;
    t = (double)t > high ? nextafterf(t, -INFINITY) : t;
    *from = f < theta ? f : theta;
    *to = t > theta ? t : theta;
}

static void tensor_floats(const struct box *box, const float *theta, size_t count, float *from,
                          float *to)
{
    double *lower = fault_alloc(count, sizeof *lower);
    double *upper = fault_alloc(count, sizeof *upper);
    box_ends_double(box, theta, count, lower, upper);
    for (size_t i = 0; i < count; i++)
        inward(theta[i], lower[i], upper[i], &from[i], &to[i]);
    free(lower);
    free(upper);
}

void box_floats(const struct box *box, const struct network *network, float *lower, float *upper)
{
    struct box weights = box_weights(box);
    struct rounding_scope scope;
    rounding_enter_nearest(&scope);
    for (int t = 0; t < network->tensor_count; t++) {
        const struct tensor *tensor = &network->tensors[t];
        tensor_floats(&weights, network->theta + tensor->offset, tensor->count,
                      lower + tensor->offset, upper + tensor->offset);
    }
    rounding_leave(&scope);
}
