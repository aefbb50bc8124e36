/* pcm_report.h -- what is said of chips of phase-change memory: table, JSON, CSV, figure. */
#ifndef ANALYZER_PCM_REPORT_H
#define ANALYZER_PCM_REPORT_H

#include <stdio.h>

#include "analyzer/assess_subject.h"
#include "analyzer/empirical/pcm_measure.h"

#define PCM_SCRIPT "pcm.gp"
#define PCM_CONFIDENCE 0.99

/* One model's chips. */
struct pcm_trial {
    const char *path; /* NULL: there is no such model */
    const struct pcm_measure *what;
    const struct pcm_measured *found;
};

struct pcm_report {
    const struct assess_subject *subject;
    const char *const *times;     /* as typed, [own.what->time_count] */
    double at_least;              /* percent, or negative */
    struct pcm_trial own, other;  /* other: compared with */
};

/* A line per time. */
void pcm_report_table(FILE *stream, const struct pcm_report *report);

/* Schema steadfast/assess/1; a line per time and chip; mean, deviation and extremes against time.
 * Return 0, or -1 with the reason. */
int pcm_report_json(const struct pcm_report *report, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));
int pcm_report_csv(const struct pcm_report *report, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));
int pcm_report_plot(const struct pcm_report *report, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
