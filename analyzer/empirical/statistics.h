/* statistics.h -- what a number of chips says of all chips. */
#ifndef EMPIRICAL_STATISTICS_H
#define EMPIRICAL_STATISTICS_H

#include <stddef.h>

/* Of values [count], count >= 1.  Quantiles are those of R's default, type 7. */
struct summary {
    double mean, deviation, least, lower, median, upper, greatest; /* lower, upper: quartiles */
};
struct summary statistics_summary(const double *values, size_t count);

/* A p such that P(chip has a property) >= p holds with at least `confidence` (0 to 1), when
 * `hits` of `chips` independent ones had it (Clopper and Pearson 1934, one-sided): tails are
 * enclosed by Arb, so that p errs on the low side only, by less than 1e-9. */
double statistics_at_least(size_t hits, size_t chips, double confidence);

/* Mann and Whitney's U of x over y (pairs with x > y, ties half) and the two-sided probability
 * of one so extreme if both come from one distribution: normal approximation with corrections
 * for ties and continuity, as R's wilcox.test(exact = FALSE). */
struct ranking {
    double u, probability;
};
struct ranking statistics_compare(const double *x, size_t nx, const double *y, size_t ny);

#endif
