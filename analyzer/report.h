/* report.h -- what certify found, as a table, as JSON and as CSV.
 *
 * Three kinds of statement are kept apart in every report: certify proves
 * statements in real arithmetic over the whole box; it says nothing about a
 * float32 execution, and nothing statistical. */
#ifndef ANALYZER_REPORT_H
#define ANALYZER_REPORT_H

#include <stdio.h>

#include "analyzer/pcm_box.h"
#include "analyzer/prover.h"
#include "analyzer/radius.h"
#include "analyzer/shard.h"
#include "specs/model.h"

struct report {
    const char *model_path;
    const struct model *model;
    const struct dataset *set;
    const char *split;
    size_t first, count; /* samples looked at */
    struct shard shard;  /* they are this part of */
    size_t whole_first, whole_count;
    const struct prover_settings *settings;
    const struct falsify_settings *attack;
    int threads;
    const struct prover_run *runs;
    size_t run_count;
    const struct radius_run *radii; /* NULL where not asked for */
    const char *sigma;              /* of a chip's mismatch; NULL: not asked for */
    const struct yield *yields;     /* [run_count] then: a chip lies in the box (yield.h) */
    const struct pcm_box *pcm;      /* with a device where the box is pcm */
};

/* The lines above the table: model, data, box, domain, engine. */
void report_heading(FILE *stream, const struct report *report);

/* The table: one line per zeta. */
void report_table(FILE *stream, const struct report *report);

/* What a run's box says of chips. */
void report_yield(FILE *stream, const struct report *report, size_t run);

/* The names of the table's columns, and one run's line. */
void report_columns(FILE *stream);
void report_line(FILE *stream, const struct prover_run *run);

/* Median and tenths of the certified radii. */
void report_radii(FILE *stream, const struct radius_run *radii);

/* Schema steadfast/certify/1.  `path` may be "-".  Return 0, or -1 with the reason. */
int report_json(const struct report *report, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

/* One line per zeta, or per sample where radii were asked for, with a heading line. */
int report_csv(const struct report *report, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

/* 100 part / whole, 0 for an empty whole. */
double report_percent(size_t part, size_t whole);

#endif
