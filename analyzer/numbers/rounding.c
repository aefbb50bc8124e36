/* rounding.c -- see rounding.h. */
#include "rounding.h"

/* Operands come through volatile variables: the machine must do the work. */
static volatile double one = 1, tiny = 0x1p-53, tenth = 0.1, small = 0x1p-540;

static __attribute__((noinline)) double add(volatile const double *a, volatile const double *b)
{
    return *a + *b;
}

static __attribute__((noinline)) double multiply(volatile const double *a,
                                                 volatile const double *b, double sign)
{
    return sign * *a * *b;
}

static int check_upward(struct fault *fault)
{
    if (add(&one, &tiny) != 0x1.0000000000001p+0)
        return fault_set(fault, "1 + 2^-53 is not rounded up");
    double up = multiply(&tenth, &tenth, 1), down = -multiply(&tenth, &tenth, -1);
    if (!(up > down))
        return fault_set(fault, "0.1 * 0.1 is rounded the same way up and down");
    if (multiply(&small, &small, 1) != 0x1p-1074)
        return fault_set(fault, "a product below 2^-1074 is not rounded up to it");
    return 0;
}

int rounding_selftest(struct fault *fault)
{
    struct rounding_scope scope;
    double before = add(&one, &tiny);
    rounding_enter_upward(&scope);
    int failed = check_upward(fault);
    rounding_leave(&scope);
    if (!failed && add(&one, &tiny) != before)
        failed = fault_set(fault, "the caller's rounding mode is not put back");
    return failed;
}
