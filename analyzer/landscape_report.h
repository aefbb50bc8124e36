/* landscape_report.h -- what `assess landscape` measured, as a table, CSV, JSON and a figure. */
#ifndef ANALYZER_LANDSCAPE_REPORT_H
#define ANALYZER_LANDSCAPE_REPORT_H

#include "analyzer/assess_subject.h"
#include "analyzer/empirical/landscape.h"

#define LANDSCAPE_SCRIPT "landscape.gp"
#define LANDSCAPE_WINDOW 5 /* of the paper's moving average */

struct landscape_outcome {
    const struct assess_subject *subject;
    const char *reach, *span;   /* as typed */
    int plane;                  /* rows of points along two directions, else one direction each */
    size_t rows, points;        /* asked for: directions, or points along the second one */
    double spacing;             /* of neighbouring points */
    const double *offsets;      /* [points] alpha; of a plane also the rows' beta */
    size_t done;                /* points measured, row after row */
    struct landscape_point *at; /* [rows][points] */
};

/* Slopes over whole rows: of the losses as they are, and of their moving average as in Table S1.
 * A slope needs more than LANDSCAPE_WINDOW points; NaN otherwise. */
struct landscape_slopes {
    double plain, smoothed;
};
struct landscape_slopes landscape_report_slopes(const struct landscape_outcome *outcome,
                                                size_t row);

void landscape_report_table(FILE *stream, const struct landscape_outcome *outcome);

/* Schema steadfast/assess/1; a line per point; loss along the directions, or over the plane.
 * 0, or -1 with the reason. */
int landscape_report_json(const struct landscape_outcome *outcome, const char *path,
                          struct fault *fault) __attribute__((warn_unused_result));
int landscape_report_csv(const struct landscape_outcome *outcome, const char *path,
                         struct fault *fault) __attribute__((warn_unused_result));
int landscape_report_plot(const struct landscape_outcome *outcome, const char *path,
                          struct fault *fault) __attribute__((warn_unused_result));

#endif
