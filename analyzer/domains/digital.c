/* digital.c -- see digital.h. */
#include "digital.h"

#include <math.h>

#include "analyzer/numbers/rounding.h"

#define MOST_ROUNDINGS ((size_t)1 << 22)

int digital_check(const struct network *network, struct fault *fault)
{
    for (size_t i = 0; network->kind == NETWORK_FEEDFORWARD && i < network->layer_count; i++)
        switch (network->layers[i].kind) {
        case LAYER_DENSE:
        case LAYER_CONV2D:
        case LAYER_RELU:
        case LAYER_MAXPOOL2D:
        case LAYER_FLATTEN:
            break;
        default:
            return fault_set(fault, "layer %zu: its rounding in float32 is not accounted for; "
                             "leave --digital away", i + 1);
        }
    return 0;
}

/* k / (2^24 - k), rounded somehow twice; the factor is above both. */
double digital_gamma(size_t roundings)
{
    require(roundings <= MOST_ROUNDINGS);
    double k = (double)roundings;
    return k / (0x1p24 - k) * (1 + 0x1p-40);
}

double digital_floor(size_t roundings)
{
    return (double)(roundings + 1) * 0x1p-120;
}

/* How far a logit may be off, given the sum of its terms' sizes. */
static double radius_of(double size, size_t divisor, size_t roundings)
{
    double radius = digital_gamma(roundings) * size + digital_floor(roundings);
    return (size + radius) * (double)divisor <= SPREAD_LARGEST ? radius : INFINITY;
}

/* Called with rounding upward. */
static void widen(double *lower, double *upper, double radius)
{
    double neg = radius - *lower, hi = *upper + radius;
    *lower = neg < INFINITY ? -neg : -INFINITY;
    *upper = hi < INFINITY ? hi : INFINITY;
}

void digital_margins(struct margins *m, const struct margins *sizes, size_t classes, int label,
                     size_t divisor, size_t roundings)
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    double own = radius_of(sizes->logit_upper[label], divisor, roundings);
    for (size_t j = 0; j < classes; j++) {
        double radius = radius_of(sizes->logit_upper[j], divisor, roundings);
        widen(&m->logit_lower[j], &m->logit_upper[j], radius);
        if (j == (size_t)label)
            continue;
        widen(&m->lower[j], &m->upper[j], own + radius);
        m->scale[j] += own + radius;
    }
    rounding_leave(&scope);
}
