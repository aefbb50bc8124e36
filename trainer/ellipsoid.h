/* ellipsoid.h -- the nearest point of an axis-aligned ellipsoid.
 *
 * The projection that the paper sets up and leaves out because it has no closed form
 * (section 3).  With semi-axes a and a point y, both relative to the centre,
 *
 *     minimise |x - y|^2  subject to  sum (x_i / a_i)^2 <= 1.
 *
 * An inner point is its own projection.  Otherwise x_i = a_i^2 y_i / (a_i^2 + lambda) with the
 * one lambda > 0 at which the constraint is tight, i.e. N(lambda) = 1 for
 *
 *     N(lambda)^2 = sum (a_i y_i / (a_i^2 + lambda))^2.
 *
 * 1 / N is increasing and concave (Cauchy-Schwarz), so Newton's method on 1 / N - 1 = 0 from
 * lambda = 0 climbs to the root without passing it, and with a quadratic rate; 1 / N is
 * nearly straight, so it takes a handful of steps whatever the spread of the axes.
 * Rounding is guarded against by the bracket 0 <= lambda <= ||a y||_2, bisected where a step
 * leaves it.  O(count) per iteration, no other memory. */
#ifndef TRAINER_ELLIPSOID_H
#define TRAINER_ELLIPSOID_H

#include <stddef.h>

/* point [count] becomes its projection; axes [count] >= 0, and where an axis is 0 so is the
 * result.  Solved in binary64, each coordinate then rounded to float once.  Returns lambda,
 * 0 for a point that was inside.  NaN and infinite points stay so. */
double ellipsoid_project(const float *axes, float *point, size_t count);

/* The lambda alone, and how many times N was evaluated (may be NULL). */
double ellipsoid_multiplier(const float *axes, const float *point, size_t count,
                            int *evaluations);

#endif
