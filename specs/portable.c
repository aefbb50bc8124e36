/* portable.c -- see portable.h. */
#include "portable.h"

#include <math.h>

/* Taylor series for 0 <= x <= pi / 4, from the highest term down. */
static double short_cosine(double x)
{
    double y = x * x, sum = 1;
    for (int n = 20; n > 0; n -= 2)
        sum = 1 - y / (n * (n - 1)) * sum;
    return sum;
}

static double short_sine(double x)
{
    double y = x * x, sum = 1;
    for (int n = 19; n > 1; n -= 2)
        sum = 1 - y / (n * (n - 1)) * sum;
    return x * sum;
}

double portable_cosine(unsigned long part, unsigned long parts)
{
    unsigned long quarters = 4 * (part % parts), quadrant = quarters / parts;
    unsigned long rest = quarters % parts; /* of a quarter turn, in `parts` */
    int near_end = 2 * rest > parts;       /* nearer to the quadrant's end */
    double x = (double)(near_end ? parts - rest : rest) * 1.5707963267948966 / (double)parts;
    int as_sine = near_end != (quadrant % 2 == 1);
    double value = as_sine ? short_sine(x) : short_cosine(x);
    return quadrant == 1 || quadrant == 2 ? -value : value;
}

double portable_sine(unsigned long part, unsigned long parts)
{
    return portable_cosine(4 * (part % parts) + 3 * parts, 4 * parts);
}

double portable_log(double x)
{
    static const double ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;
    int exponent;
    double m = frexp(x, &exponent); /* exact */
    if (m < 0.7071067811865476) {
        m *= 2;
        exponent--;
    }
    /* log m = 2 artanh s, s = (m - 1) / (m + 1), s^2 < 0.03 */
    double s = (m - 1) / (m + 1), y = s * s, sum = 1.0 / 25;
    static const double term[] = {1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13,
                                  1.0 / 11, 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3};
    for (int i = 0; i < 11; i++)
        sum = term[i] + y * sum;
    double tail = 2 * s * (y * sum) + exponent * ln2_low;
    return exponent * ln2_high + (2 * s + tail);
}
