/* potentials_report.c -- see potentials_report.h. */
#include "potentials_report.h"

#include <stdlib.h>

#include "analyzer/empirical/statistics.h"
#include "console/figure.h"
#include "specs/jsonfile.h"
#include "specs/outfile.h"

/* Firing rates over neurons, in spikes per 100 steps. */
static struct summary rates(const struct potentials *p, size_t *silent)
{
    double *rate = fault_alloc(p->units, sizeof *rate);
    *silent = 0;
    for (size_t k = 0; k < p->units; k++) {
        rate[k] = 100.0 * (double)p->spikes[k] / (double)(p->samples * p->steps);
        *silent += p->spikes[k] == 0;
    }
    struct summary summary = statistics_summary(rate, p->units);
    free(rate);
    return summary;
}

static double share(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

static double left_edge(size_t bin)
{
    return POTENTIALS_LOW + (double)bin * POTENTIALS_WIDTH;
}

void potentials_report_table(FILE *stream, const struct potentials_report *r)
{
    fprintf(stream, "%10s %10s %8s %10s %8s %8s %8s  %s\n", "potentials", "near %", "silent",
            "rate mean", "25 %", "median", "75 %", "model");
    for (size_t i = 0; i < r->count; i++) {
        const struct potentials *p = &r->outcomes[i].found;
        size_t silent;
        struct summary s = rates(p, &silent);
        fprintf(stream, "%10llu %10.3f %8zu %10.3f %8.3f %8.3f %8.3f  %s\n",
                (unsigned long long)p->counted, share(p->near, p->counted), silent, s.mean,
                s.lower, s.median, s.upper, r->outcomes[i].path);
    }
    fprintf(stream, "near: within %g %% of the threshold; rates in spikes per 100 steps, over "
            "neurons\n", 100 * POTENTIALS_NEAR);
}

int potentials_report_csv(const struct potentials_report *r, const char *path,
                          struct fault *fault)
{
    struct outfile file;
    if (outfile_open(&file, path, fault))
        return -1;
    fprintf(file.stream, "model,from,to,potentials\n");
    for (size_t i = 0; i < r->count; i++)
        for (size_t bin = 0; bin < POTENTIALS_BINS; bin++)
            fprintf(file.stream, "%s,%.2f,%.2f,%llu\n", r->outcomes[i].sha256, left_edge(bin),
                    left_edge(bin + 1), (unsigned long long)r->outcomes[i].found.bins[bin]);
    return outfile_commit(&file, fault);
}

static json_t *outcome_json(const struct potentials_outcome *o)
{
    const struct potentials *p = &o->found;
    json_t *bins = json_array(), *spikes = json_array();
    size_t silent;
    struct summary s = rates(p, &silent);
    for (size_t bin = 0; bin < POTENTIALS_BINS; bin++)
        json_array_append_new(bins, json_integer((json_int_t)p->bins[bin]));
    for (size_t k = 0; k < p->units; k++)
        json_array_append_new(spikes, json_integer((json_int_t)p->spikes[k]));
    json_t *json = json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:f, s:I, s:f, s:f, s:o, s:o}", "path", o->path, "sha256",
        o->sha256, "samples", (json_int_t)p->samples, "potentials", (json_int_t)p->counted,
        "near", (json_int_t)p->near, "near_percent", share(p->near, p->counted), "silent",
        (json_int_t)silent, "rate_mean", s.mean, "rate_median", s.median, "bins", bins, "spikes",
        spikes);
    require(json);
    return json;
}

int potentials_report_json(const struct potentials_report *r, const char *path,
                           struct fault *fault)
{
    json_t *json = assess_subject_json(r->subject, "potentials"), *models = json_array();
    for (size_t i = 0; i < r->count; i++)
        json_array_append_new(models, outcome_json(&r->outcomes[i]));
    json_t *more = json_pack("{s:f, s:f, s:b, s:o}", "low", POTENTIALS_LOW, "width",
                             POTENTIALS_WIDTH, "interrupted", r->interrupted, "models", models);
    require(more);
    json_object_update_missing(json, more);
    json_decref(more);
    return jsonfile_write(json, path, fault);
}

/* A block per model: middle of a bin, density, the model's name; bins that also hold what lies
 * beyond are left out. */
static void write_points(const void *context, FILE *points)
{
    const struct potentials_report *r = context;
    for (size_t i = 0; i < r->count; i++) {
        const struct potentials *p = &r->outcomes[i].found;
        fputs(i ? "\n\n" : "", points);
        for (size_t bin = 1; bin < POTENTIALS_BINS - 1; bin++)
            fprintf(points, "%.3f %.6g \"%s\"\n", left_edge(bin) + POTENTIALS_WIDTH / 2,
                    (double)p->bins[bin] / (double)p->counted / POTENTIALS_WIDTH,
                    r->outcomes[i].path);
    }
}

int potentials_report_plot(const struct potentials_report *r, const char *path,
                           struct fault *fault)
{
    char title[256];
    snprintf(title, sizeof title, "%s, %zu samples", r->subject->model.task,
             r->outcomes[0].found.samples);
    return figure_draw(path, POTENTIALS_SCRIPT, title, write_points, r, fault);
}
