/* mismatch_report.c -- see mismatch_report.h. */
#include "mismatch_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "analyzer/empirical/statistics.h"
#include "console/figure.h"
#include "specs/jsonfile.h"
#include "specs/outfile.h"

void mismatch_outcome_clear(struct mismatch_outcome *o)
{
    free(o->done);
    free(o->correct);
    dataset_clear(&o->set);
    model_clear(&o->model);
}

int mismatch_report_partial(const struct mismatch_request *r, const struct mismatch_outcome *o)
{
    for (size_t l = 0; l < r->level_count; l++)
        if (o->done[l] < r->chips)
            return 1;
    return 0;
}

/* Accuracies of the chips at a level, in percent; the caller frees them. */
static double *percents(const struct mismatch_request *r, const struct mismatch_outcome *o,
                        size_t level)
{
    double *values = fault_alloc(r->chips, sizeof *values);
    for (size_t c = 0; c < o->done[level]; c++)
        values[c] = 100.0 * (double)o->correct[level * r->chips + c] / (double)o->set.count;
    return values;
}

/* Everything that is said of one level. */
struct finding {
    size_t chips, hits;
    struct summary summary, other_summary;
    double share; /* proven lower bound of the chips that reach at_least */
    int compared;
    struct ranking ranking;
};

/* Accuracies that are the same ratio as the percentage asked for count as reaching it. */
static size_t count_hits(const double *values, size_t count, double least)
{
    size_t hits = 0;
    for (size_t i = 0; i < count; i++)
        hits += values[i] >= least;
    return hits;
}

static struct finding find(const struct mismatch_request *r, const struct mismatch_outcome *own,
                           const struct mismatch_outcome *other, size_t level)
{
    struct finding f = {.chips = own->done[level]};
    double *x = percents(r, own, level);
    f.summary = statistics_summary(x, f.chips);
    if (r->at_least >= 0) {
        f.hits = count_hits(x, f.chips, r->at_least);
        f.share = statistics_at_least(f.hits, f.chips, MISMATCH_CONFIDENCE);
    }
    if (other && other->done[level]) {
        double *y = percents(r, other, level);
        f.compared = 1;
        f.other_summary = statistics_summary(y, other->done[level]);
        f.ranking = statistics_compare(x, f.chips, y, other->done[level]);
        free(y);
    }
    free(x);
    return f;
}

void mismatch_report_table(FILE *stream, const struct mismatch_request *r,
                           const struct mismatch_outcome *own,
                           const struct mismatch_outcome *other)
{
    fprintf(stream, "%-9s %6s %8s %8s %8s %8s %8s %8s %8s\n", "level", "chips", "mean %", "std",
            "min", "25 %", "median", "75 %", "max");
    for (size_t l = 0; l < r->level_count; l++) {
        if (!own->done[l])
            continue;
        struct finding f = find(r, own, other, l);
        const struct summary *s = &f.summary;
        fprintf(stream, "%-9s %6zu %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f\n", r->levels[l],
                f.chips, s->mean, s->deviation, s->least, s->lower, s->median, s->upper,
                s->greatest);
        if (r->at_least >= 0)
            fprintf(stream, "          %zu of %zu chips reach %g %%: at least %.2f %% of all chips "
                    "do (%g %% confidence for this level)\n", f.hits, f.chips, r->at_least,
                    floor(1e4 * f.share) / 100, 100 * MISMATCH_CONFIDENCE);
        if (f.compared)
            fprintf(stream, "          other model: mean %.2f; U %.1f of %zu, p %.3g\n",
                    f.other_summary.mean, f.ranking.u, f.chips * other->done[l],
                    f.ranking.probability);
    }
}

static void csv_lines(FILE *stream, const struct mismatch_request *r,
                      const struct mismatch_outcome *o)
{
    for (size_t l = 0; l < r->level_count; l++)
        for (size_t c = 0; c < o->done[l]; c++)
            fprintf(stream, "%s,%s,%zu,%zu,%zu\n", o->model.sha256, r->levels[l],
                    r->first_chip + c, o->correct[l * r->chips + c], o->set.count);
}

int mismatch_report_csv(const struct mismatch_request *r, const struct mismatch_outcome *own,
                        const struct mismatch_outcome *other, const char *path,
                        struct fault *fault)
{
    struct outfile file;
    if (outfile_open(&file, path, fault))
        return -1;
    fprintf(file.stream, "model,level,chip,correct,samples\n");
    csv_lines(file.stream, r, own);
    if (other)
        csv_lines(file.stream, r, other);
    return outfile_commit(&file, fault);
}

static json_t *correct_json(const struct mismatch_request *r, const struct mismatch_outcome *o,
                            size_t level)
{
    json_t *correct = json_array();
    for (size_t c = 0; c < o->done[level]; c++)
        json_array_append_new(correct,
                              json_integer((json_int_t)o->correct[level * r->chips + c]));
    return correct;
}

static json_t *level_json(const struct mismatch_request *r, const struct mismatch_outcome *own,
                          const struct mismatch_outcome *other, size_t l)
{
    struct finding f = find(r, own, other, l);
    const struct summary *s = &f.summary;
    json_t *level = json_pack(
        "{s:s, s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:o}", "level", r->levels[l], "chips",
        (json_int_t)f.chips, "mean", s->mean, "deviation", s->deviation, "least", s->least,
        "lower_quartile", s->lower, "median", s->median, "upper_quartile", s->upper, "greatest",
        s->greatest, "correct", correct_json(r, own, l));
    require(level);
    if (r->at_least >= 0)
        json_object_set_new(level, "at_least",
                            json_pack("{s:f, s:I, s:f, s:f}", "percent", r->at_least, "hits",
                                      (json_int_t)f.hits, "share_lower",
                                      floor(1e8 * f.share) / 1e8, "confidence",
                                      MISMATCH_CONFIDENCE));
    if (f.compared)
        json_object_set_new(level, "versus",
                            json_pack("{s:f, s:f, s:f, s:o}", "mean", f.other_summary.mean, "u",
                                      f.ranking.u, "probability", f.ranking.probability,
                                      "correct", correct_json(r, other, l)));
    return level;
}

static json_t *model_json(const struct mismatch_outcome *o)
{
    return o ? json_pack("{s:s, s:s, s:s}", "path", o->path, "sha256", o->model.sha256, "task",
                         o->model.task)
             : json_null();
}

int mismatch_report_json(const struct mismatch_request *r, const struct mismatch_outcome *own,
                         const struct mismatch_outcome *other, const char *path,
                         struct fault *fault)
{
    char seed[24];
    json_t *levels = json_array();
    int partial = mismatch_report_partial(r, own) || (other && mismatch_report_partial(r, other));
    snprintf(seed, sizeof seed, "%" PRIu64, r->seed);
    for (size_t l = 0; l < r->level_count; l++)
        if (own->done[l])
            json_array_append_new(levels, level_json(r, own, other, l));
    return jsonfile_write(
        json_pack("{s:s, s:s, s:o, s:o, s:{s:s, s:s, s:I}, s:s, s:s?, s:s?, s:s, s:I, s:I, s:b,"
                  " s:o}", "schema", "steadfast/assess/1", "subcommand", "mismatch", "model",
                  model_json(own), "versus", model_json(other), "data", "name", own->set.name,
                  "sha256", own->set.sha256, "count", (json_int_t)own->set.count, "noise",
                  r->kind == NOISE_RANGE ? "range" : "relative", "include", r->include, "exclude",
                  r->exclude, "seed", seed, "first_chip", (json_int_t)r->first_chip, "chips",
                  (json_int_t)r->chips, "interrupted", partial, "levels", levels), path, fault);
}

struct drawing {
    const struct mismatch_request *request;
    const struct mismatch_outcome *outcomes[2]; /* the second may be NULL */
};

/* A block per model. */
static void write_points(const void *context, FILE *points)
{
    const struct drawing *d = context;
    for (int m = 0; m < 2 && d->outcomes[m]; m++) {
        const struct mismatch_outcome *o = d->outcomes[m];
        fputs(m ? "\n\n" : "", points);
        for (size_t l = 0; l < d->request->level_count; l++) {
            if (!o->done[l])
                continue;
            struct summary s = find(d->request, o, NULL, l).summary;
            fprintf(points, "%s %.4f %.4f %.4f %.4f \"%s\"\n", d->request->levels[l], s.mean,
                    s.deviation, s.least, s.greatest, o->path);
        }
    }
}

int mismatch_report_plot(const struct mismatch_request *r, const struct mismatch_outcome *own,
                         const struct mismatch_outcome *other, const char *path,
                         struct fault *fault)
{
    struct drawing drawing = {r, {own, other && other->done[0] ? other : NULL}};
    char title[256];
    snprintf(title, sizeof title, "%s, %zu chips, %zu samples", own->model.task, r->chips,
             own->set.count);
    return figure_draw(path, MISMATCH_SCRIPT, title, write_points, &drawing, fault);
}
