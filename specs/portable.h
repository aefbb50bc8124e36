/* portable.h -- elementary functions whose every bit is the same on every machine.
 *
 * Mathematical libraries differ in the last place of sin, cos and log, and a data set's
 * digest must not.  These use nothing but IEEE 754 additions, multiplications and
 * divisions in binary64 in a fixed order; they are not correctly rounded, but close. */
#ifndef SPECS_PORTABLE_H
#define SPECS_PORTABLE_H

/* cos and sin of `part` / `parts` of a full turn, parts > 0.  Within 4e-16, exact at
 * multiples of a quarter. */
double portable_cosine(unsigned long part, unsigned long parts);
double portable_sine(unsigned long part, unsigned long parts);

/* The natural logarithm of a positive normal number, to 2e-16 relative to the larger
 * of its absolute value and 1. */
double portable_log(double x);

#endif
