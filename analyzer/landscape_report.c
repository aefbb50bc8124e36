/* landscape_report.c -- see landscape_report.h. */
#include "landscape_report.h"

#include <math.h>

#include "console/figure.h"
#include "specs/jsonfile.h"
#include "specs/outfile.h"

/* Rows that were measured to the end. */
static size_t whole(const struct landscape_outcome *o)
{
    return o->done / o->points;
}

struct landscape_slopes landscape_report_slopes(const struct landscape_outcome *o, size_t row)
{
    const struct landscape_point *at = o->at + row * o->points;
    if (o->points <= LANDSCAPE_WINDOW)
        return (struct landscape_slopes){NAN, NAN};
    return (struct landscape_slopes){landscape_slope(at, o->points, 1, o->spacing),
                                     landscape_slope(at, o->points, LANDSCAPE_WINDOW, o->spacing)};
}

static struct landscape_slopes mean_slopes(const struct landscape_outcome *o)
{
    struct landscape_slopes mean = {0, 0};
    for (size_t row = 0; row < whole(o); row++) {
        struct landscape_slopes s = landscape_report_slopes(o, row);
        mean.plain += s.plain / (double)whole(o);
        mean.smoothed += s.smoothed / (double)whole(o);
    }
    return mean;
}

static double percent(const struct landscape_outcome *o, const struct landscape_point *point)
{
    return 100.0 * (double)point->correct / (double)o->subject->set.count;
}

void landscape_report_table(FILE *stream, const struct landscape_outcome *o)
{
    fprintf(stream, "%-10s %9s %9s %9s %9s %10s %10s\n", o->plane ? "beta" : "direction", "slope",
            "smoothed", "loss", "greatest", "accuracy %", "least %");
    for (size_t row = 0; row < whole(o); row++) {
        struct landscape_slopes s = landscape_report_slopes(o, row);
        const struct landscape_point *at = o->at + row * o->points, *mid = at + o->points / 2;
        double greatest = 0, least = 100;
        for (size_t i = 0; i < o->points; i++) {
            greatest = fmax(greatest, at[i].loss);
            least = fmin(least, percent(o, &at[i]));
        }
        if (o->plane)
            fprintf(stream, "%-10.3f", o->offsets[row]);
        else
            fprintf(stream, "%-10zu", row);
        fprintf(stream, " %9.4f %9.4f %9.4f %9.4f %10.2f %10.2f\n", s.plain, s.smoothed,
                mid->loss, greatest, percent(o, mid), least);
    }
    if (!o->plane && whole(o))
        fprintf(stream, "%-10s %9.4f %9.4f\n", "mean", mean_slopes(o).plain,
                mean_slopes(o).smoothed);
}

static void row_name(const struct landscape_outcome *o, size_t row, FILE *stream)
{
    if (o->plane)
        fprintf(stream, "%.9g", o->offsets[row]);
    else
        fprintf(stream, "%zu", row);
}

int landscape_report_csv(const struct landscape_outcome *o, const char *path, struct fault *fault)
{
    struct outfile file;
    if (outfile_open(&file, path, fault))
        return -1;
    fprintf(file.stream, "%s,alpha,loss,correct,samples\n", o->plane ? "beta" : "direction");
    for (size_t i = 0; i < o->done; i++) {
        row_name(o, i / o->points, file.stream);
        fprintf(file.stream, ",%.9g,%.9g,%zu,%zu\n", o->offsets[i % o->points], o->at[i].loss,
                o->at[i].correct, o->subject->set.count);
    }
    return outfile_commit(&file, fault);
}

/* A number, or null where JSON has none for it. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *row_json(const struct landscape_outcome *o, size_t row)
{
    struct landscape_slopes s = landscape_report_slopes(o, row);
    json_t *losses = json_array(), *correct = json_array();
    for (size_t i = 0; i < o->points; i++) {
        json_array_append_new(losses, number(o->at[row * o->points + i].loss));
        json_array_append_new(correct,
                              json_integer((json_int_t)o->at[row * o->points + i].correct));
    }
    json_t *json = json_pack("{s:o, s:o, s:o, s:o}", "slope", number(s.plain), "smoothed_slope",
                             number(s.smoothed), "losses", losses, "correct", correct);
    require(json);
    return json;
}

int landscape_report_json(const struct landscape_outcome *o, const char *path,
                          struct fault *fault)
{
    json_t *json = assess_subject_json(o->subject, "landscape");
    json_t *rows = json_array(), *offsets = json_array();
    for (size_t row = 0; row < whole(o); row++)
        json_array_append_new(rows, row_json(o, row));
    for (size_t i = 0; i < o->points; i++)
        json_array_append_new(offsets, json_real(o->offsets[i]));
    json_t *more = json_pack("{s:s, s:s, s:b, s:o, s:b, s:o, s:o, s:o}", "reach", o->reach,
                             "span", o->span, "plane", o->plane, "offsets", offsets,
                             "interrupted", o->done < o->rows * o->points, "slope",
                             number(mean_slopes(o).plain), "smoothed_slope",
                             number(mean_slopes(o).smoothed), "rows", rows);
    require(more);
    json_object_update_missing(json, more);
    json_decref(more);
    return jsonfile_write(json, path, fault);
}

/* A block per row: row, alpha, loss. */
static void write_points(const void *context, FILE *points)
{
    const struct landscape_outcome *o = context;
    for (size_t i = 0; i < whole(o) * o->points; i++) {
        if (i && i % o->points == 0)
            fputs(o->plane ? "\n" : "\n\n", points);
        row_name(o, i / o->points, points);
        fprintf(points, " %.9g %.9g\n", o->offsets[i % o->points], o->at[i].loss);
    }
}

int landscape_report_plot(const struct landscape_outcome *o, const char *path,
                          struct fault *fault)
{
    char title[256];
    snprintf(title, sizeof title, "%s, %zu samples, directions of size %s",
             o->subject->model.task, o->subject->set.count, o->reach);
    return figure_draw(path, LANDSCAPE_SCRIPT, title, write_points, o, fault);
}
