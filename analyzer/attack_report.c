/* attack_report.c -- see attack_report.h. */
#include "attack_report.h"

#include "analyzer/empirical/statistics.h"
#include "console/figure.h"
#include "specs/jsonfile.h"
#include "specs/outfile.h"

void attack_finding_clear(struct attack_finding *finding)
{
    prover_run_clear(&finding->run);
}

size_t attack_finding_contradictions(const struct attack_finding *f)
{
    return f->confirmed + f->run.disproved + f->run.contradictions;
}

static double percent(const struct attack_outcome *o, size_t correct)
{
    return 100.0 * (double)correct / (double)o->subject->set.count;
}

/* Mean accuracy of the random corners. */
static double corner_mean(const struct attack_outcome *o, const struct attack_finding *f)
{
    double sum = 0;
    for (size_t c = 0; c < f->corners; c++)
        sum += percent(o, f->corner_correct[c]);
    return f->corners ? sum / (double)f->corners : 0;
}

/* Samples that no attack on them alone breaks. */
static size_t standing(const struct attack_finding *f)
{
    return f->run.samples - f->run.misclassified - f->run.falsified - f->run.disproved;
}

/* A cell, or a dash where nothing was measured. */
static void cell(FILE *stream, int measured, double value)
{
    if (measured)
        fprintf(stream, " %10.2f", value);
    else
        fprintf(stream, " %10s", "-");
}

void attack_report_table(FILE *stream, const struct attack_outcome *o)
{
    fprintf(stream, "%-9s %10s %10s %10s %10s %10s  %s\n", "zeta", "nominal %", "corners %",
            "one chip %", "per sample", "certified", "strongest attack");
    for (size_t i = 0; i < o->count; i++) {
        const struct attack_finding *f = &o->findings[i];
        fprintf(stream, "%-9s", f->zeta);
        cell(stream, 1, percent(o, o->nominal));
        cell(stream, f->corners > 0, corner_mean(o, f));
        cell(stream, 1, percent(o, f->whole.correct));
        cell(stream, f->proved, percent(o, standing(f)));
        cell(stream, f->proved, percent(o, f->run.certified));
        fprintf(stream, "  %s\n", setattack_loss_names[f->whole.strongest.loss]);
    }
    fprintf(stream, "one chip: the same parameters for all samples, the strongest of %zu attack%s; "
            "corners: mean of random ones\n", o->count ? o->findings[0].whole.attempts : 0,
            o->count && o->findings[0].whole.attempts == 1 ? "" : "s");
}

int attack_report_csv(const struct attack_outcome *o, const char *path, struct fault *fault)
{
    struct outfile file;
    if (outfile_open(&file, path, fault))
        return -1;
    fprintf(file.stream, "zeta,samples,nominal,corners_mean,one_chip,per_sample,certified\n");
    for (size_t i = 0; i < o->count; i++) {
        const struct attack_finding *f = &o->findings[i];
        fprintf(file.stream, "%s,%zu,%zu,", f->zeta, o->subject->set.count, o->nominal);
        if (f->corners)
            fprintf(file.stream, "%.4f",
                    corner_mean(o, f) * (double)o->subject->set.count / 100);
        fprintf(file.stream, ",%zu,", f->whole.correct);
        if (f->proved)
            fprintf(file.stream, "%zu,%zu", standing(f), f->run.certified);
        else
            fprintf(file.stream, ",");
        fprintf(file.stream, "\n");
    }
    return outfile_commit(&file, fault);
}

static json_t *finding_json(const struct attack_finding *f)
{
    json_t *corners = json_array();
    for (size_t c = 0; c < f->corners; c++)
        json_array_append_new(corners, json_integer((json_int_t)f->corner_correct[c]));
    json_t *json = json_pack(
        "{s:s, s:o, s:{s:I, s:I, s:s, s:I, s:f, s:f}}", "zeta", f->zeta, "corners", corners,
        "one_chip", "correct", (json_int_t)f->whole.correct, "attempts", (json_int_t)f->whole.attempts,
        "loss", setattack_loss_names[f->whole.strongest.loss], "steps",
        (json_int_t)f->whole.strongest.steps, "step_scale", f->whole.strongest.scale, "start",
        f->whole.strongest.start);
    require(json);
    if (f->proved)
        json_object_set_new(
            json, "per_sample",
            json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "attacked",
                      (json_int_t)f->run.attacked, "standing", (json_int_t)standing(f),
                      "falsified", (json_int_t)f->run.falsified, "misclassified",
                      (json_int_t)f->run.misclassified, "certified",
                      (json_int_t)f->run.certified, "unknown", (json_int_t)f->run.unknown,
                      "contradictions", (json_int_t)attack_finding_contradictions(f)));
    return json;
}

int attack_report_json(const struct attack_outcome *o, const char *path, struct fault *fault)
{
    json_t *json = assess_subject_json(o->subject, "attack");
    json_t *levels = json_array();
    for (size_t i = 0; i < o->count; i++)
        json_array_append_new(levels, finding_json(&o->findings[i]));
    json_t *more = json_pack("{s:s, s:s, s:s, s:I, s:b, s:o}", "box", o->box, "domain", o->domain,
                             "preset", o->preset, "nominal", (json_int_t)o->nominal,
                             "interrupted", o->interrupted, "levels", levels);
    require(more);
    json_object_update_missing(json, more);
    json_decref(more);
    return jsonfile_write(json, path, fault);
}

/* NaN where nothing was measured, which gnuplot skips. */
static void write_points(const void *context, FILE *points)
{
    const struct attack_outcome *o = context;
    for (size_t i = 0; i < o->count; i++) {
        const struct attack_finding *f = &o->findings[i];
        fprintf(points, "%s %.4f ", f->zeta, percent(o, o->nominal));
        fprintf(points, f->corners ? "%.4f " : "NaN ", corner_mean(o, f));
        fprintf(points, "%.4f ", percent(o, f->whole.correct));
        if (f->proved)
            fprintf(points, "%.4f %.4f\n", percent(o, standing(f)), percent(o, f->run.certified));
        else
            fprintf(points, "NaN NaN\n");
    }
}

int attack_report_plot(const struct attack_outcome *o, const char *path, struct fault *fault)
{
    char title[256];
    snprintf(title, sizeof title, "%s, %zu samples, %s box", o->subject->model.task,
             o->subject->set.count, o->box);
    return figure_draw(path, ATTACK_SCRIPT, title, write_points, o, fault);
}
