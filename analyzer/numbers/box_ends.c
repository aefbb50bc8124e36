/* box_ends.c -- see box_ends.h. */
#include "box_ends.h"

#include <math.h>

#include "rounding.h"

/* value rounded up to binary64. */
static double rounded_up(const mpq_t value)
{
    mpfr_t up;
    mpfr_init2(up, 53);
    mpfr_set_q(up, value, MPFR_RNDU);
    double result = mpfr_get_d(up, MPFR_RNDU);
    mpfr_clear(up);
    return result;
}

struct double_part double_part_of(const struct box *box, const float *values, size_t count)
{
    struct rounding_scope scope;
    struct box_part exact;
    rounding_enter_nearest(&scope);
    box_part_init(&exact, box, values, count);
    struct double_part part = {
        .values = values, .by_size = rounded_up(exact.by_size),
        .constant = rounded_up(exact.constant), .zeta = rounded_up(exact.zeta),
        .lower = exact.lower, .upper = exact.upper, .sizes = exact.sizes,
        .relative = mpq_sgn(exact.constant) == 0 && !exact.lower && !exact.sizes,
    };
    box_part_clear(&exact);
    rounding_leave(&scope);
    return part;
}

void double_part_ends(const struct double_part *part, size_t i, double *neg, double *hi)
{
    double value = part->values[i];
    if (part->lower) {
        *neg = part->zeta * (value - (double)part->lower[i]) - value;
        *hi = value + part->zeta * ((double)part->upper[i] - value);
        if (part->zeta == 1) { /* exactly the file's */
            *neg = -(double)part->lower[i];
            *hi = part->upper[i];
        }
    } else {
        double radius = part->by_size * fabs(value) + part->constant;
        *neg = radius - value;
        *hi = value + radius;
    }
    if (part->sizes)
        *neg = *hi = (*neg > *hi ? *neg : *hi) + 0x1p-60;
}

void box_ends_double(const struct box *box, const float *values, size_t count, double *lower,
                     double *upper)
{
    struct rounding_scope scope;
    struct double_part part = double_part_of(box, values, count);
    rounding_enter_upward(&scope);
    for (size_t i = 0; i < count; i++) {
        double_part_ends(&part, i, &lower[i], &upper[i]);
        lower[i] = -lower[i];
    }
    rounding_leave(&scope);
}

void mpfr_part_init(struct mpfr_part *part, const struct box *box, const float *values,
                    size_t count, int bits)
{
    struct box_part exact;
    box_part_init(&exact, box, values, count);
    *part = (struct mpfr_part){.values = values, .lower = exact.lower, .upper = exact.upper,
                               .sizes = exact.sizes};
    mpfr_inits2(bits, part->by_size, part->constant, part->zeta, part->down, part->up,
                (mpfr_ptr)0);
    mpfr_init2(part->value, 24);
    mpfr_set_q(part->by_size, exact.by_size, MPFR_RNDU);
    mpfr_set_q(part->constant, exact.constant, MPFR_RNDU);
    mpfr_set_q(part->zeta, exact.zeta, MPFR_RNDU);
    box_part_clear(&exact);
}

void mpfr_part_clear(struct mpfr_part *part)
{
    mpfr_clears(part->by_size, part->constant, part->zeta, part->value, part->down, part->up,
                (mpfr_ptr)0);
}

/* down and up: how far value i may go, rounded up. */
static void reaches(struct mpfr_part *part, size_t i)
{
    require(mpfr_set_flt(part->value, part->values[i], MPFR_RNDN) == 0);
    if (!part->lower) {
        mpfr_abs(part->value, part->value, MPFR_RNDN);
        mpfr_mul(part->down, part->by_size, part->value, MPFR_RNDU);
        mpfr_add(part->down, part->down, part->constant, MPFR_RNDU);
        mpfr_set(part->up, part->down, MPFR_RNDU);
        require(mpfr_set_flt(part->value, part->values[i], MPFR_RNDN) == 0);
        return;
    }
    mpfr_sub_d(part->down, part->value, (double)part->lower[i], MPFR_RNDU);
    mpfr_d_sub(part->up, (double)part->upper[i], part->value, MPFR_RNDU);
    mpfr_mul(part->down, part->down, part->zeta, MPFR_RNDU);
    mpfr_mul(part->up, part->up, part->zeta, MPFR_RNDU);
}

void mpfr_part_ends(struct mpfr_part *part, size_t i, mpfr_t lo, mpfr_t hi)
{
    reaches(part, i);
    mpfr_sub(lo, part->value, part->down, MPFR_RNDD);
    mpfr_add(hi, part->value, part->up, MPFR_RNDU);
    if (!part->sizes)
        return;
    mpfr_neg(part->down, lo, MPFR_RNDU);
    mpfr_max(hi, hi, part->down, MPFR_RNDU);
    mpfr_add_d(hi, hi, 0x1p-60, MPFR_RNDU);
    mpfr_neg(lo, hi, MPFR_RNDD);
}

void box_ends_mpfr(const struct box *box, const float *values, size_t count, mpfr_t *lower,
                   mpfr_t *upper)
{
    struct rounding_scope scope;
    struct mpfr_part part;
    rounding_enter_nearest(&scope);
    mpfr_part_init(&part, box, values, count, count ? (int)mpfr_get_prec(lower[0]) : 53);
    for (size_t i = 0; i < count; i++)
        mpfr_part_ends(&part, i, lower[i], upper[i]);
    mpfr_part_clear(&part);
    rounding_leave(&scope);
}
