/* deadline.c -- see deadline.h. */
#include "deadline.h"

#include <time.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

double deadline_in(double seconds)
{
    return seconds > 0 ? now() + seconds : DEADLINE_NONE;
}

int deadline_passed(double deadline)
{
    return deadline > 0 && now() >= deadline;
}
