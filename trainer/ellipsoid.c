#include "ellipsoid.h"

#include <math.h>

#define ITERATIONS 200 /* bisection alone would need about a hundred */

/* What rounding leaves of N - 1; the result is rounded to float, 2^-24. */
static const double close_enough = 1e-13;

/* N(lambda)^2, and half its slope with the sign turned: sum (a y)^2 / (a^2 + lambda)^3. */
struct secular {
    double square, slope;
};

static struct secular evaluate(const float *axes, const float *point, size_t count,
                               double lambda)
{
    double square = 0, slope = 0;
#pragma omp simd reduction(+ : square, slope)
    for (size_t i = 0; i < count; i++) {
        double a = axes[i], y = point[i], below = a * a + lambda;
        double inverse = a > 0 ? 1 / below : 0;
        double ratio = a * y * inverse;
        square += ratio * ratio;
        slope += ratio * ratio * inverse;
    }
    return (struct secular){square, slope};
}

/* ||a y||_2, where N is at most 1. */
static double upper_end(const float *axes, const float *point, size_t count)
{
    double square = 0;
#pragma omp simd reduction(+ : square)
    for (size_t i = 0; i < count; i++) {
        double product = (double)axes[i] * point[i];
        square += product * product;
    }
    return sqrt(square);
}

double ellipsoid_multiplier(const float *axes, const float *point, size_t count,
                            int *evaluations)
{
    double lambda = 0, low = 0, high = 0;
    int done = 0;
    for (; done < ITERATIONS; done++) {
        struct secular at = evaluate(axes, point, count, lambda);
        double norm = sqrt(at.square);
        if (!isfinite(norm) || (done == 0 && norm <= 1) || fabs(norm - 1) <= close_enough)
            break;
        if (done == 0)
            high = upper_end(axes, point, count);
        if (norm > 1)
            low = lambda;
        else
            high = lambda;
        /* (1 / N)' = slope / N^3 */
        double next = lambda + (norm - 1) * at.square / at.slope;
        if (!(next > low && next < high))
            next = low + (high - low) / 2;
        if (fabs(next - lambda) <= 0x1p-51 * lambda)
            break;
        lambda = next;
    }
    if (evaluations)
        *evaluations = done + 1;
    return lambda;
}

double ellipsoid_project(const float *axes, float *point, size_t count)
{
    double lambda = ellipsoid_multiplier(axes, point, count, NULL);
    for (size_t i = 0; i < count; i++) {
        double square = (double)axes[i] * axes[i];
        if (axes[i] == 0)
            point[i] *= 0.0f;
        else if (lambda > 0)
            point[i] = (float)(square * point[i] / (square + lambda));
    }
    return lambda;
}
