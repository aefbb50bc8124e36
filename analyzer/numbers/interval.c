/* interval.c -- see interval.h. */
#include "interval.h"

#include "specs/fault.h"

void interval_init(struct interval *z, int bits)
{
    z->empty = 0;
    mpfr_init2(z->lo, bits);
    mpfr_init2(z->hi, bits);
    mpfr_set_zero(z->lo, 1);
    mpfr_set_zero(z->hi, 1);
}

void interval_clear(struct interval *z)
{
    mpfr_clear(z->lo);
    mpfr_clear(z->hi);
}

void interval_set_empty(struct interval *z)
{
    z->empty = 1;
}

void interval_set_entire(struct interval *z)
{
    z->empty = 0;
    mpfr_set_inf(z->lo, -1);
    mpfr_set_inf(z->hi, 1);
}

void interval_set_doubles(struct interval *z, double lower, double upper)
{
    require(lower <= upper);
    z->empty = 0;
    mpfr_set_d(z->lo, lower, MPFR_RNDD);
    mpfr_set_d(z->hi, upper, MPFR_RNDU);
}

void interval_set_rational(struct interval *z, const mpq_t value)
{
    z->empty = 0;
    mpfr_set_q(z->lo, value, MPFR_RNDD);
    mpfr_set_q(z->hi, value, MPFR_RNDU);
}

/* The result's ends, when they were computed apart because z may be an operand. */
static void move_ends(struct interval *z, mpfr_t lo, mpfr_t hi)
{
    z->empty = 0;
    mpfr_swap(z->lo, lo);
    mpfr_swap(z->hi, hi);
    mpfr_clear(lo);
    mpfr_clear(hi);
}

static void new_ends(const struct interval *z, mpfr_t lo, mpfr_t hi)
{
    mpfr_init2(lo, mpfr_get_prec(z->lo));
    mpfr_init2(hi, mpfr_get_prec(z->hi));
}

void interval_neg(struct interval *z, const struct interval *x)
{
    mpfr_t lo, hi;
    if (x->empty) {
        interval_set_empty(z);
        return;
    }
    new_ends(z, lo, hi);
    mpfr_neg(lo, x->hi, MPFR_RNDD);
    mpfr_neg(hi, x->lo, MPFR_RNDU);
    move_ends(z, lo, hi);
}

void interval_abs(struct interval *z, const struct interval *x)
{
    mpfr_t lo, hi;
    if (x->empty) {
        interval_set_empty(z);
        return;
    }
    new_ends(z, lo, hi);
    int straddles = mpfr_sgn(x->lo) < 0 && mpfr_sgn(x->hi) > 0;
    int low_is_larger = mpfr_cmpabs(x->lo, x->hi) > 0;
    mpfr_abs(hi, low_is_larger ? x->lo : x->hi, MPFR_RNDU);
    if (straddles)
        mpfr_set_zero(lo, 1);
    else
        mpfr_abs(lo, low_is_larger ? x->hi : x->lo, MPFR_RNDD);
    move_ends(z, lo, hi);
}

void interval_add(struct interval *z, const struct interval *x, const struct interval *y)
{
    if (x->empty || y->empty) {
        interval_set_empty(z);
        return;
    }
    z->empty = 0;
    mpfr_add(z->lo, x->lo, y->lo, MPFR_RNDD);
    mpfr_add(z->hi, x->hi, y->hi, MPFR_RNDU);
}

void interval_sub(struct interval *z, const struct interval *x, const struct interval *y)
{
    mpfr_t lo, hi;
    if (x->empty || y->empty) {
        interval_set_empty(z);
        return;
    }
    new_ends(z, lo, hi);
    mpfr_sub(lo, x->lo, y->hi, MPFR_RNDD);
    mpfr_sub(hi, x->hi, y->lo, MPFR_RNDU);
    move_ends(z, lo, hi);
}

/* x y + w for one pair of ends; zero times an unbounded end is zero, because an
 * end that is infinite is not a member; an unbounded w decides its own end. */
static void corner(mpfr_t result, mpfr_srcptr x, mpfr_srcptr y, mpfr_srcptr w,
                   mpfr_rnd_t direction)
{
    if (mpfr_zero_p(x) || mpfr_zero_p(y) || mpfr_inf_p(w))
        mpfr_set(result, w, direction);
    else
        mpfr_fma(result, x, y, w, direction);
}

void interval_fma(struct interval *z, const struct interval *x, const struct interval *y,
                  const struct interval *w)
{
    mpfr_t lo, hi, candidate;
    if (x->empty || y->empty || w->empty) {
        interval_set_empty(z);
        return;
    }
    new_ends(z, lo, hi);
    mpfr_init2(candidate, mpfr_get_prec(lo));
    mpfr_srcptr xs[2] = {x->lo, x->hi}, ys[2] = {y->lo, y->hi};
    for (int i = 0; i < 4; i++) {
        corner(candidate, xs[i / 2], ys[i % 2], w->lo, MPFR_RNDD);
        if (i == 0 || mpfr_less_p(candidate, lo))
            mpfr_set(lo, candidate, MPFR_RNDD);
        corner(candidate, xs[i / 2], ys[i % 2], w->hi, MPFR_RNDU);
        if (i == 0 || mpfr_greater_p(candidate, hi))
            mpfr_set(hi, candidate, MPFR_RNDU);
    }
    mpfr_clear(candidate);
    move_ends(z, lo, hi);
}

void interval_mul(struct interval *z, const struct interval *x, const struct interval *y)
{
    struct interval zero;
    interval_init(&zero, 2);
    interval_fma(z, x, y, &zero);
    interval_clear(&zero);
}

static int is_point_zero(const struct interval *x)
{
    return mpfr_zero_p(x->lo) && mpfr_zero_p(x->hi);
}

/* One end of x / y for ends of known signs; an unbounded divisor drives to zero,
 * and so does a dividend of zero. */
static void ratio(mpfr_t result, mpfr_srcptr x, mpfr_srcptr y, mpfr_rnd_t direction)
{
    if (mpfr_zero_p(x) || mpfr_inf_p(y))
        mpfr_set_zero(result, 1);
    else
        mpfr_div(result, x, y, direction);
}

/* y > 0, perhaps with 0 as its lower end: then one end of the result runs off. */
static void divide_positive(struct interval *z, const struct interval *x, const struct interval *y)
{
    mpfr_t lo, hi;
    new_ends(z, lo, hi);
    int open = mpfr_zero_p(y->lo);
    if (mpfr_sgn(x->lo) < 0 && open)
        mpfr_set_inf(lo, -1);
    else
        ratio(lo, x->lo, mpfr_sgn(x->lo) < 0 ? y->lo : y->hi, MPFR_RNDD);
    if (mpfr_sgn(x->hi) > 0 && open)
        mpfr_set_inf(hi, 1);
    else
        ratio(hi, x->hi, mpfr_sgn(x->hi) > 0 ? y->lo : y->hi, MPFR_RNDU);
    if (mpfr_inf_p(x->lo))
        mpfr_set_inf(lo, -1);
    if (mpfr_inf_p(x->hi))
        mpfr_set_inf(hi, 1);
    move_ends(z, lo, hi);
}

void interval_div(struct interval *z, const struct interval *x, const struct interval *y)
{
    if (x->empty || y->empty || is_point_zero(y)) {
        interval_set_empty(z);
    } else if (is_point_zero(x)) {
        z->empty = 0;
        mpfr_set_zero(z->lo, 1);
        mpfr_set_zero(z->hi, 1);
    } else if (mpfr_sgn(y->lo) < 0 && mpfr_sgn(y->hi) > 0) {
        interval_set_entire(z);
    } else if (mpfr_sgn(y->lo) >= 0) {
        divide_positive(z, x, y);
    } else {
        struct interval minus_x, minus_y;
        interval_init(&minus_x, (int)mpfr_get_prec(x->lo));
        interval_init(&minus_y, (int)mpfr_get_prec(y->lo));
        interval_neg(&minus_x, x);
        interval_neg(&minus_y, y);
        divide_positive(z, &minus_x, &minus_y);
        interval_clear(&minus_x);
        interval_clear(&minus_y);
    }
}

void interval_sqr(struct interval *z, const struct interval *x)
{
    interval_abs(z, x);
    if (z->empty)
        return;
    mpfr_sqr(z->lo, z->lo, MPFR_RNDD);
    mpfr_sqr(z->hi, z->hi, MPFR_RNDU);
}

void interval_sqrt(struct interval *z, const struct interval *x)
{
    if (x->empty || mpfr_sgn(x->hi) < 0) {
        interval_set_empty(z);
        return;
    }
    z->empty = 0;
    if (mpfr_sgn(x->lo) <= 0)
        mpfr_set_zero(z->lo, 1);
    else
        mpfr_sqrt(z->lo, x->lo, MPFR_RNDD);
    if (mpfr_zero_p(x->hi))
        mpfr_set_zero(z->hi, 1);
    else
        mpfr_sqrt(z->hi, x->hi, MPFR_RNDU);
}

void interval_exp(struct interval *z, const struct interval *x)
{
    if (x->empty) {
        interval_set_empty(z);
        return;
    }
    z->empty = 0;
    mpfr_exp(z->lo, x->lo, MPFR_RNDD);
    mpfr_exp(z->hi, x->hi, MPFR_RNDU);
}

void interval_max(struct interval *z, const struct interval *x, const struct interval *y)
{
    if (x->empty || y->empty) {
        interval_set_empty(z);
        return;
    }
    z->empty = 0;
    mpfr_max(z->lo, x->lo, y->lo, MPFR_RNDD);
    mpfr_max(z->hi, x->hi, y->hi, MPFR_RNDU);
}

void interval_min(struct interval *z, const struct interval *x, const struct interval *y)
{
    if (x->empty || y->empty) {
        interval_set_empty(z);
        return;
    }
    z->empty = 0;
    mpfr_min(z->lo, x->lo, y->lo, MPFR_RNDD);
    mpfr_min(z->hi, x->hi, y->hi, MPFR_RNDU);
}
