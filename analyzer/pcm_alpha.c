/* pcm_alpha.c -- see pcm_alpha.h; everything here rounds upward. */
#include "pcm_alpha.h"

#include "analyzer/numbers/rounding.h"

#define LEAST_READING 1.1e-4 /* above the 1e-4 at which readings are floored */
#define MOST 0x1p20   /* a factor beyond is no bound */
#define STEPS 60      /* of bisection */

/* Above everything that (1 - a f) P, or (a f - 1) P where `rising`, can be. */
static double term(const struct pcm_bounds *b, double a, int rising)
{
    double slope = rising ? a * b->decay[1] - 1 : 1 + -a * b->decay[0];
    return slope * b->programmed[slope >= 0];
}

/* Above max (|u| - a |v|) of a pair, or max (a |v| - |u|) where `below`: for each sign s that the
 * first of the two can have, |second| is at least s times it, and at least 0. */
static double excess(const struct pcm_pair *p, double a, int below)
{
    double most = -1e300;
    for (int s = 0; s < 2; s++) {
        const struct pcm_bounds *on = &p->side[s], *off = &p->side[!s];
        double reach = below ? on->programmed[1] * on->decay[1] : on->programmed[1];
        double minus = below ? -off->programmed[0] * off->decay[0] : -off->programmed[0];
        if (reach + minus < 0)
            continue;
        double alone = below ? a * (reach + minus) : reach + minus;
        double both = term(on, a, below) + term(off, a, !below);
        double value = both < alone ? both : alone;
        most = value > most ? value : most;
    }
    return most;
}

static int holds(const struct pcm_pair *const *pairs, size_t count, double a, int below)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += excess(pairs[i], a, below);
    return sum <= 0;
}

/* A small a with alpha <= a; MOST when none is found. */
static double find_most(const struct pcm_pair *const *pairs, size_t count)
{
    double bad = 1, good = 1;
    if (holds(pairs, count, 1, 0))
        return 1;
    while (good < MOST && !holds(pairs, count, good, 0)) {
        bad = good;
        good *= 2;
    }
    for (int i = 0; i < STEPS && good < MOST; i++) {
        double middle = bad + (good - bad) / 2;
        *(holds(pairs, count, middle, 0) ? &good : &bad) = middle;
    }
    return good;
}

/* A large a with a <= alpha; 0 always is one. */
static double find_least(const struct pcm_pair *const *pairs, size_t count, double most)
{
    double good = 0, bad = most;
    if (holds(pairs, count, most, 1))
        return most;
    if (holds(pairs, count, 1, 1))
        good = 1;
    for (int i = 0; i < STEPS; i++) {
        double middle = good + (bad - good) / 2;
        *(holds(pairs, count, middle, 1) ? &good : &bad) = middle;
    }
    return good;
}

/* Is sum |G+ - G-| so large, as programmed and drifted, that R is never floored? */
static int never_floored(const struct pcm_pair *const *pairs, size_t count)
{
    double minus[2] = {0, 0}; /* at least minus the least sums */
    for (size_t i = 0; i < count; i++)
        for (int s = 0; s < 2; s++) {
            const struct pcm_bounds *on = &pairs[i]->side[s], *off = &pairs[i]->side[!s];
            double gap = off->programmed[1] - on->programmed[0];
            double drifted = off->programmed[1] * off->decay[1] +
                             -on->programmed[0] * on->decay[0];
            minus[0] += gap < 0 ? gap : 0;
            minus[1] += drifted < 0 ? drifted : 0;
        }
    double least = LEAST_READING * (double)count;
    return minus[0] + least < 0 && minus[1] + least < 0;
}

static int find_both(const struct pcm_pair *const *pairs, size_t count, double alpha[2])
{
    alpha[1] = find_most(pairs, count);
    alpha[0] = find_least(pairs, count, alpha[1]);
    if (!never_floored(pairs, count)) { /* floored on either side, the ratio moves towards 1 */
        alpha[0] = alpha[0] < 1 ? alpha[0] : 1;
        alpha[1] = alpha[1] > 1 ? alpha[1] : 1;
    }
    return alpha[1] < MOST ? 0 : -1;
}

int pcm_alpha(const struct pcm_pair *const *pairs, size_t count, double alpha[2])
{
    struct rounding_scope scope;
    rounding_enter_upward(&scope);
    int bad = find_both(pairs, count, alpha);
    rounding_leave(&scope);
    return bad;
}
