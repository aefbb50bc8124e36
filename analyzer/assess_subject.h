/* assess_subject.h -- the model that a subcommand of assess looks at, and where it reports.
 *
 * Flags that the subcommands share: --split, --samples, --json, --csv, --plot beside those
 * of console/options.h. */
#ifndef ANALYZER_ASSESS_SUBJECT_H
#define ANALYZER_ASSESS_SUBJECT_H

#include <jansson.h>
#include <stdio.h>

#include "console/options.h"
#include "specs/dataset.h"
#include "specs/model.h"

struct assess_subject {
    const char *script; /* of --plot, in plots/; the subcommand says it before parsing */
    struct options common;
    int optional;       /* nothing is measured: MODEL may be left out */
    const char *path, *json, *csv, *plot; /* borrowed */
    enum split split;
    size_t samples; /* 0: all */
    struct model model;
    struct dataset set; /* of which count samples are looked at */
};

/* A child for the subcommand's argp; its input is the struct assess_subject.  Takes MODEL. */
extern const struct argp assess_subject_argp;

/* Before argp_parse: defaults and options_begin; argv[0] becomes `name`, "assess SUBCOMMAND". */
void assess_subject_begin(struct assess_subject *subject, char *name, char **argv);

/* Read the model, its data, or both.  Return 0, or -1 with the reason. */
int assess_subject_model(struct assess_subject *subject, struct fault *fault)
    __attribute__((warn_unused_result));
int assess_subject_data(struct assess_subject *subject, struct fault *fault)
    __attribute__((warn_unused_result));
int assess_subject_load(struct assess_subject *subject, struct fault *fault)
    __attribute__((warn_unused_result));
void assess_subject_clear(struct assess_subject *subject); /* safe on a zeroed struct */

/* Where the table goes: standard output, unless JSON or CSV go there. */
FILE *assess_subject_table(const struct assess_subject *subject);

/* schema, subcommand, model, data and seed; the subcommand adds its own. */
json_t *assess_subject_json(const struct assess_subject *subject, const char *subcommand);

/* Split text (changed) at commas into at most `most` decimals in [low, high], pointing into it.
 * Ends the program with a line that names the flag where one is wrong. */
size_t assess_subject_decimals(struct argp_state *state, const char *flag, char *text, double low,
                               double high, const char **into, size_t most);

/* A whole number in [low, 10^8]; likewise. */
size_t assess_subject_count(struct argp_state *state, const char *flag, const char *text,
                            uint64_t low);

/* A number in [low, high]; likewise. */
double assess_subject_number(struct argp_state *state, const char *flag, const char *text,
                             double low, double high);

#endif
