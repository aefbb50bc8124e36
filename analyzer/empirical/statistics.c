/* statistics.c -- see statistics.h. */
#include "statistics.h"

#include <arb.h>
#include <arb_hypgeom.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "specs/fault.h"

#define BITS 128
#define BISECTIONS 31

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t count, double share)
{
    double at = share * (double)(count - 1);
    size_t below = (size_t)at;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

struct summary statistics_summary(const double *values, size_t count)
{
    double *sorted = fault_alloc(count, sizeof *sorted), sum = 0, squares = 0;
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_size);
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    double mean = sum / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    struct summary summary = {
        mean, count > 1 ? sqrt(squares / (double)(count - 1)) : 0, sorted[0],
        quantile(sorted, count, 0.25), quantile(sorted, count, 0.5),
        quantile(sorted, count, 0.75), sorted[count - 1]};
    free(sorted);
    return summary;
}

/* Is P(Bin(chips, p) >= hits) proven to be at most 1 - confidence? */
static int improbable(size_t hits, size_t chips, double p, double confidence)
{
    arb_t a, b, z, tail, allowed;
    arb_init(a);
    arb_init(b);
    arb_init(z);
    arb_init(tail);
    arb_init(allowed);
    arb_set_ui(a, hits);
    arb_set_ui(b, chips - hits + 1);
    arb_set_d(z, p);
    arb_hypgeom_beta_lower(tail, a, b, z, 1, BITS);
    arb_set_d(allowed, confidence);
    arb_sub_ui(allowed, allowed, 1, BITS);
    arb_neg(allowed, allowed);
    int proven = arb_le(tail, allowed);
    arb_clear(a);
    arb_clear(b);
    arb_clear(z);
    arb_clear(tail);
    arb_clear(allowed);
    return proven;
}

double statistics_at_least(size_t hits, size_t chips, double confidence)
{
    double low = 0, high = 1;
    if (hits == 0 || hits > chips || !(confidence > 0 && confidence < 1))
        return 0;
    for (int i = 0; i < BISECTIONS; i++) {
        double middle = (low + high) / 2;
        if (improbable(hits, chips, middle, confidence))
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Sum over groups of equal values of t^3 - t. */
static double ties(const double *x, size_t nx, const double *y, size_t ny)
{
    double *all = fault_alloc(nx + ny, sizeof *all), sum = 0;
    memcpy(all, x, nx * sizeof *all);
    memcpy(all + nx, y, ny * sizeof *all);
    qsort(all, nx + ny, sizeof *all, by_size);
    for (size_t i = 0, next; i < nx + ny; i = next) {
        for (next = i + 1; next < nx + ny && all[next] == all[i];)
            next++;
        double t = (double)(next - i);
        sum += t * t * t - t;
    }
    free(all);
    return sum;
}

struct ranking statistics_compare(const double *x, size_t nx, const double *y, size_t ny)
{
    double u = 0, n = (double)nx, m = (double)ny, all = n + m;
    for (size_t i = 0; i < nx; i++)
        for (size_t j = 0; j < ny; j++)
            u += x[i] > y[j] ? 1 : x[i] == y[j] ? 0.5 : 0;
    double variance = n * m / 12 * (all + 1 - ties(x, nx, y, ny) / (all * (all - 1)));
    double apart = fabs(u - n * m / 2) - 0.5;
    if (!(variance > 0) || apart <= 0)
        return (struct ranking){u, 1};
    return (struct ranking){u, erfc(apart / sqrt(2 * variance))};
}
