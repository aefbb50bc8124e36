/* pcm_report.c -- see pcm_report.h. */
#include "pcm_report.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/empirical/statistics.h"
#include "analyzer/pcm_explain.h"
#include "console/figure.h"
#include "specs/jsonfile.h"
#include "specs/outfile.h"

static double percent(const struct pcm_trial *t, size_t correct)
{
    return 100.0 * (double)correct / (double)t->what->set->count;
}

/* Accuracies of the chips at a time, in percent; the caller frees them. */
static double *percents(const struct pcm_trial *t, size_t time)
{
    double *values = fault_alloc(t->what->chips, sizeof *values);
    for (size_t c = 0; c < t->found->done; c++)
        values[c] = percent(t, t->found->correct[time * t->what->chips + c]);
    return values;
}

/* Everything that is said of one time. */
struct finding {
    struct summary summary, other_summary;
    double alpha, error;  /* means over chips */
    size_t hits;          /* chips that reach at_least */
    double share;         /* proven lower bound of all chips that do */
    int compared;
    struct ranking ranking;
};

static struct finding find(const struct pcm_report *r, size_t time)
{
    const struct pcm_measured *found = r->own.found;
    struct finding f = {.alpha = 0};
    double *values = percents(&r->own, time);
    for (size_t c = 0; c < found->done; c++) {
        size_t at = time * r->own.what->chips + c;
        f.alpha += found->alpha[at] / (double)found->done;
        f.error += found->error[at] / (double)found->done;
        f.hits += values[c] >= r->at_least;
    }
    f.summary = statistics_summary(values, found->done);
    if (r->at_least >= 0)
        f.share = statistics_at_least(f.hits, found->done, PCM_CONFIDENCE);
    if (r->other.path && r->other.found->done) {
        double *others = percents(&r->other, time);
        f.compared = 1;
        f.other_summary = statistics_summary(others, r->other.found->done);
        f.ranking = statistics_compare(values, found->done, others, r->other.found->done);
        free(others);
    }
    free(values);
    return f;
}

static void heading(FILE *out, const struct pcm_trial *t)
{
    fprintf(out, "%s on %s: %zu pairs of devices on %zu tiles, %zu samples, digital %.2f %%\n",
            t->path, t->what->setup.device->name, t->found->pairs, t->found->tiles,
            t->what->set->count, percent(t, t->found->digital));
}

static void table_line(FILE *out, const struct pcm_report *r, size_t t)
{
    struct finding f = find(r, t);
    const struct summary *s = &f.summary;
    fprintf(out, "%-9s %6zu %7.3f %7.2f %8.2f %7.2f %7.2f %7.2f %7.2f %7.2f %7.2f\n", r->times[t],
            r->own.found->done, f.alpha, 100 * f.error, s->mean, s->deviation, s->least, s->lower,
            s->median, s->upper, s->greatest);
    if (r->at_least >= 0)
        fprintf(out, "          %zu of %zu chips reach %g %%: at least %.2f %% of all chips do "
                "(%g %% confidence for this time)\n", f.hits, r->own.found->done, r->at_least,
                floor(1e4 * f.share) / 100, 100 * PCM_CONFIDENCE);
    if (f.compared)
        fprintf(out, "          other model: mean %.2f; U %.1f of %zu, p %.3g\n",
                f.other_summary.mean, f.ranking.u, r->own.found->done * r->other.found->done,
                f.ranking.probability);
}

void pcm_report_table(FILE *out, const struct pcm_report *r)
{
    heading(out, &r->own);
    if (r->other.path && r->other.found->done)
        heading(out, &r->other);
    fprintf(out, "%-9s %6s %7s %7s %8s %7s %7s %7s %7s %7s %7s\n", "time s", "chips", "alpha",
            "error %", "mean %", "std", "min", "25 %", "median", "75 %", "max");
    for (size_t t = 0; r->own.found->done && t < r->own.what->time_count; t++)
        table_line(out, r, t);
}

static void csv_lines(FILE *stream, const struct pcm_report *r, const struct pcm_trial *t)
{
    for (size_t k = 0; k < t->what->time_count; k++)
        for (size_t c = 0; c < t->found->done; c++)
            fprintf(stream, "%s,%.17g,%zu,%zu,%zu\n", t->what->model->sha256, t->what->times[k],
                    r->own.what->first_chip + c, t->found->correct[k * t->what->chips + c],
                    t->what->set->count);
}

int pcm_report_csv(const struct pcm_report *r, const char *path, struct fault *fault)
{
    struct outfile file;
    if (outfile_open(&file, path, fault))
        return -1;
    fprintf(file.stream, "model,seconds,chip,correct,samples\n");
    csv_lines(file.stream, r, &r->own);
    if (r->other.path)
        csv_lines(file.stream, r, &r->other);
    return outfile_commit(&file, fault);
}

static json_t *correct_json(const struct pcm_trial *t, size_t time)
{
    json_t *correct = json_array();
    for (size_t c = 0; c < t->found->done; c++)
        json_array_append_new(
            correct, json_integer((json_int_t)t->found->correct[time * t->what->chips + c]));
    return correct;
}

static json_t *time_json(const struct pcm_report *r, size_t t)
{
    struct finding f = find(r, t);
    const struct summary *s = &f.summary;
    json_t *time = json_pack(
        "{s:s, s:f, s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:o}", "time", r->times[t],
        "seconds", r->own.what->times[t], "chips", (json_int_t)r->own.found->done, "alpha", f.alpha,
        "error", f.error, "mean", s->mean, "deviation", s->deviation, "least", s->least,
        "lower_quartile", s->lower, "median", s->median, "upper_quartile", s->upper, "greatest",
        s->greatest, "correct", correct_json(&r->own, t));
    require(time);
    if (r->at_least >= 0)
        json_object_set_new(time, "at_least",
                            json_pack("{s:f, s:I, s:f, s:f}", "percent", r->at_least, "hits",
                                      (json_int_t)f.hits, "share_lower",
                                      floor(1e8 * f.share) / 1e8, "confidence", PCM_CONFIDENCE));
    if (f.compared)
        json_object_set_new(time, "versus",
                            json_pack("{s:f, s:f, s:f, s:o}", "mean", f.other_summary.mean, "u",
                                      f.ranking.u, "probability", f.ranking.probability, "correct",
                                      correct_json(&r->other, t)));
    return time;
}

/* What was applied: the same that --explain prints. */
static json_t *setup_json(const struct pcm_trial *t)
{
    const struct pcm_measure *w = t->what;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    require(stream);
    pcm_explain(stream, w);
    require(fclose(stream) == 0);
    json_t *setup = json_pack(
        "{s:s, s:f, s:f, s:f, s:s, s:I, s:i, s:i, s:I, s:I, s:s}", "name", w->setup.device->name,
        "program", w->setup.scales.program, "drift", w->setup.scales.drift, "read",
        w->setup.scales.read, "compensation", pcm_compensation_name(w->setup.compensation), "tile",
        (json_int_t)w->side, "dac_bits", w->dac_bits, "adc_bits", w->adc_bits, "tiles",
        (json_int_t)t->found->tiles, "pairs", (json_int_t)t->found->pairs, "explained", text);
    free(text);
    require(setup);
    return setup;
}

static json_t *versus_json(const struct pcm_trial *t)
{
    return t->path ? json_pack("{s:s, s:s, s:I}", "path", t->path, "sha256",
                               t->what->model->sha256, "digital_correct",
                               (json_int_t)t->found->digital)
                   : json_null();
}

int pcm_report_json(const struct pcm_report *r, const char *path, struct fault *fault)
{
    const struct pcm_measure *w = r->own.what;
    int partial = r->own.found->done < w->chips ||
                  (r->other.path && r->other.found->done < w->chips);
    json_t *page = assess_subject_json(r->subject, "pcm"), *times = json_array();
    for (size_t t = 0; r->own.found->done && t < w->time_count; t++)
        json_array_append_new(times, time_json(r, t));
    json_t *more = json_pack("{s:o, s:o, s:I, s:I, s:b, s:I, s:o}", "versus",
                             versus_json(&r->other), "device", setup_json(&r->own), "first_chip",
                             (json_int_t)w->first_chip, "chips", (json_int_t)w->chips,
                             "interrupted", partial, "digital_correct",
                             (json_int_t)r->own.found->digital, "times", times);
    require(more && json_object_update(page, more) == 0);
    json_decref(more);
    return jsonfile_write(page, path, fault);
}

/* The earliest time after `last`; time_count when there is none. */
static size_t next_time(const struct pcm_measure *w, double last)
{
    size_t next = w->time_count;
    for (size_t t = 0; t < w->time_count; t++)
        if (w->times[t] > last && (next == w->time_count || w->times[t] < w->times[next]))
            next = t;
    return next;
}

static void write_points(const void *context, FILE *points)
{
    const struct pcm_report *r = context;
    const struct pcm_measure *w = r->own.what;
    for (size_t t = next_time(w, -1); t < w->time_count; t = next_time(w, w->times[t])) {
        struct finding f = find(r, t);
        const struct summary *s = &f.summary, *o = &f.other_summary;
        fprintf(points, "%.9g %.4f %.4f %.4f %.4f %.4f", w->times[t], s->mean, s->deviation,
                s->least, s->greatest, percent(&r->own, r->own.found->digital));
        if (f.compared)
            fprintf(points, " %.4f %.4f %.4f %.4f", o->mean, o->deviation, o->least, o->greatest);
        fprintf(points, "\n");
    }
}

int pcm_report_plot(const struct pcm_report *r, const char *path, struct fault *fault)
{
    char title[256];
    snprintf(title, sizeof title, "%s on phase-change memory (%s), %zu chips, %zu samples",
             r->own.what->model->task, r->own.what->setup.device->name, r->own.found->done,
             r->own.what->set->count);
    return figure_draw(path, PCM_SCRIPT, title, write_points, r, fault);
}
