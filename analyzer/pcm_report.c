/* pcm_report.c -- see pcm_report.h. */
#include "pcm_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "analyzer/empirical/statistics.h"
#include "analyzer/pcm_explain.h"
#include "console/figure.h"
#include "specs/jsonfile.h"
#include "specs/outfile.h"

static double percent(const struct pcm_report *r, size_t correct)
{
    return 100.0 * (double)correct / (double)r->what->set->count;
}

/* Everything that is said of one time. */
struct finding {
    struct summary summary;
    double alpha, error;  /* means over chips */
    size_t hits;          /* chips that reach at_least */
    double share;         /* proven lower bound of all chips that do */
};

static struct finding find(const struct pcm_report *r, size_t time)
{
    const struct pcm_measured *found = r->found;
    struct finding f = {.alpha = 0};
    double *values = fault_alloc(found->done, sizeof *values);
    for (size_t c = 0; c < found->done; c++) {
        size_t at = time * r->what->chips + c;
        values[c] = percent(r, found->correct[at]);
        f.alpha += found->alpha[at] / (double)found->done;
        f.error += found->error[at] / (double)found->done;
        f.hits += values[c] >= r->at_least;
    }
    f.summary = statistics_summary(values, found->done);
    if (r->at_least >= 0)
        f.share = statistics_at_least(f.hits, found->done, PCM_CONFIDENCE);
    free(values);
    return f;
}

void pcm_report_table(FILE *out, const struct pcm_report *r)
{
    const struct pcm_measure *w = r->what;
    fprintf(out, "%s on %s: %zu pairs of devices on %zu tiles, %zu samples, digital %.2f %%\n",
            r->path, w->setup.device->name, r->found->pairs, r->found->tiles, w->set->count,
            percent(r, r->found->digital));
    fprintf(out, "%-9s %6s %7s %7s %8s %7s %7s %7s %7s %7s %7s\n", "time s", "chips", "alpha",
            "error %", "mean %", "std", "min", "25 %", "median", "75 %", "max");
    for (size_t t = 0; r->found->done && t < w->time_count; t++) {
        struct finding f = find(r, t);
        const struct summary *s = &f.summary;
        fprintf(out, "%-9s %6zu %7.3f %7.2f %8.2f %7.2f %7.2f %7.2f %7.2f %7.2f %7.2f\n",
                r->times[t], r->found->done, f.alpha, 100 * f.error, s->mean, s->deviation,
                s->least, s->lower, s->median, s->upper, s->greatest);
        if (r->at_least >= 0)
            fprintf(out, "          %zu of %zu chips reach %g %%: at least %.2f %% of all chips do "
                    "(%g %% confidence for this time)\n", f.hits, r->found->done, r->at_least,
                    floor(1e4 * f.share) / 100, 100 * PCM_CONFIDENCE);
    }
}

int pcm_report_csv(const struct pcm_report *r, const char *path, struct fault *fault)
{
    struct outfile file;
    if (outfile_open(&file, path, fault))
        return -1;
    fprintf(file.stream, "model,seconds,chip,correct,samples\n");
    for (size_t t = 0; t < r->what->time_count; t++)
        for (size_t c = 0; c < r->found->done; c++)
            fprintf(file.stream, "%s,%.17g,%zu,%zu,%zu\n", r->what->model->sha256,
                    r->what->times[t], r->what->first_chip + c,
                    r->found->correct[t * r->what->chips + c], r->what->set->count);
    return outfile_commit(&file, fault);
}

static json_t *time_json(const struct pcm_report *r, size_t t)
{
    struct finding f = find(r, t);
    const struct summary *s = &f.summary;
    json_t *correct = json_array();
    for (size_t c = 0; c < r->found->done; c++)
        json_array_append_new(correct, json_integer((json_int_t)
                                           r->found->correct[t * r->what->chips + c]));
    json_t *time = json_pack(
        "{s:s, s:f, s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:o}", "time", r->times[t],
        "seconds", r->what->times[t], "chips", (json_int_t)r->found->done, "alpha", f.alpha,
        "error", f.error, "mean", s->mean, "deviation", s->deviation, "least", s->least,
        "lower_quartile", s->lower, "median", s->median, "upper_quartile", s->upper, "greatest",
        s->greatest, "correct", correct);
    require(time);
    if (r->at_least >= 0)
        json_object_set_new(time, "at_least",
                            json_pack("{s:f, s:I, s:f, s:f}", "percent", r->at_least, "hits",
                                      (json_int_t)f.hits, "share_lower",
                                      floor(1e8 * f.share) / 1e8, "confidence", PCM_CONFIDENCE));
    return time;
}

/* What was applied: the same that --explain prints. */
static json_t *setup_json(const struct pcm_report *r)
{
    const struct pcm_measure *w = r->what;
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
        (json_int_t)r->found->tiles, "pairs", (json_int_t)r->found->pairs, "explained", text);
    free(text);
    require(setup);
    return setup;
}

int pcm_report_json(const struct pcm_report *r, const char *path, struct fault *fault)
{
    const struct pcm_measure *w = r->what;
    char seed[24];
    json_t *times = json_array();
    snprintf(seed, sizeof seed, "%" PRIu64, w->setup.seed);
    for (size_t t = 0; r->found->done && t < w->time_count; t++)
        json_array_append_new(times, time_json(r, t));
    json_t *page = json_pack(
        "{s:s, s:s, s:{s:s, s:s, s:s}, s:{s:s, s:s, s:I}, s:o, s:s, s:I, s:I, s:b, s:I, s:o}",
        "schema", "steadfast/assess/1", "subcommand", "pcm", "model", "path", r->path, "sha256",
        w->model->sha256, "task", w->model->task, "data", "name", w->set->name, "sha256",
        w->set->sha256, "count", (json_int_t)w->set->count, "device", setup_json(r), "seed", seed,
        "first_chip", (json_int_t)w->first_chip, "chips", (json_int_t)w->chips, "interrupted",
        r->found->done < w->chips, "digital_correct", (json_int_t)r->found->digital, "times", times);
    require(page);
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
    size_t count = r->what->time_count;
    for (size_t t = next_time(r->what, -1); t < count; t = next_time(r->what, r->what->times[t])) {
        struct summary s = find(r, t).summary;
        fprintf(points, "%.9g %.4f %.4f %.4f %.4f %.4f\n", r->what->times[t], s.mean, s.deviation,
                s.least, s.greatest, percent(r, r->found->digital));
    }
}

int pcm_report_plot(const struct pcm_report *r, const char *path, struct fault *fault)
{
    char title[256];
    snprintf(title, sizeof title, "%s on phase-change memory (%s), %zu chips, %zu samples",
             r->what->model->task, r->what->setup.device->name, r->found->done,
             r->what->set->count);
    return figure_draw(path, PCM_SCRIPT, title, write_points, r, fault);
}
