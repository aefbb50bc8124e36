/* verdict.c -- see verdict.h. */
#include "verdict.h"

#include <math.h>
#include <string.h>

/* The bound that must be positive for class j. */
static double needed(const struct margins *m, int label, size_t j, enum criterion criterion)
{
    return criterion == CRITERION_MARGIN ? m->lower[j]
                                         : m->logit_lower[label] - m->logit_upper[j];
}

int verdict_proves(const struct margins *margins, size_t classes, int label,
                   enum criterion criterion)
{
    size_t proven = 0;
    for (size_t j = 0; j < classes; j++) {
        if (j == (size_t)label)
            continue;
        if (criterion == CRITERION_DISJOINT)
            proven += margins->logit_lower[label] > margins->logit_upper[j];
        else
            proven += margins->lower[j] > 0;
    }
    return classes > 1 && proven == classes - 1;
}

int verdict_refutes(const struct margins *margins, size_t classes, int label)
{
    for (size_t j = 0; j < classes; j++)
        if (j != (size_t)label && margins->upper[j] <= 0)
            return 1;
    return 0;
}

double verdict_margin_lower(const struct margins *margins, size_t classes, int label,
                            enum criterion criterion)
{
    double least = INFINITY;
    for (size_t j = 0; j < classes; j++) {
        if (j == (size_t)label)
            continue;
        double bound = needed(margins, label, j, criterion);
        if (!(bound >= least))
            least = bound >= -INFINITY ? bound : -INFINITY;
    }
    return least;
}

double verdict_scale(const struct margins *margins, size_t classes, int label)
{
    double least = INFINITY, scale = 0;
    for (size_t j = 0; j < classes; j++)
        if (j != (size_t)label && !(margins->lower[j] >= least)) {
            least = margins->lower[j];
            scale = margins->scale[j];
        }
    return scale;
}

int verdict_predicted(const struct margins *margins, size_t classes)
{
    size_t best = 0;
    double most = -INFINITY;
    for (size_t j = 0; j < classes; j++) {
        double centre = 0.5 * (margins->logit_lower[j] + margins->logit_upper[j]);
        if (centre > most) {
            most = centre;
            best = j;
        }
    }
    return (int)best;
}

const char *verdict_name(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_CERTIFIED: return "certified";
    case VERDICT_FALSIFIED: return "falsified";
    case VERDICT_MISCLASSIFIED: return "misclassified";
    case VERDICT_UNKNOWN: break;
    }
    return "unknown";
}

int criterion_from_name(const char *name)
{
    if (!strcmp(name, "margin"))
        return CRITERION_MARGIN;
    return strcmp(name, "disjoint") ? -1 : CRITERION_DISJOINT;
}

const char *criterion_name(enum criterion criterion)
{
    return criterion == CRITERION_MARGIN ? "margin" : "disjoint";
}
