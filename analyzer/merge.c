/* merge.c -- see merge.h. */
#include "merge.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/report.h"
#include "console/exits.h"
#include "specs/jsonfile.h"

#define MOST 1000000000 /* samples */

/* One shard's result; the numbers are read from it. */
struct part {
    const char *path;
    json_t *root;
    json_int_t index, of, whole_first, whole_count, first, count;
};

static int read_part(struct part *part, const char *path, struct fault *fault)
{
    json_error_t error;
    const char *schema;
    part->path = path;
    part->root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!part->root)
        return fault_set(fault, "%.200s:%d: %.200s", path, error.line < 0 ? 0 : error.line,
                         error.text);
    if (json_unpack(part->root, "{s:s}", "schema", &schema) ||
        strcmp(schema, "steadfast/certify/1"))
        return fault_set(fault, "%.200s: not a result of certify --json", path);
    if (json_unpack_ex(part->root, &error, 0, "{s:{s:I, s:I, s:I, s:I}, s:{s:I, s:I}}", "shard",
                       "index", &part->index, "of", &part->of, "first", &part->whole_first,
                       "count", &part->whole_count, "data", "first", &part->first, "count",
                       &part->count))
        return fault_set(fault, "%.200s: not the result of a shard: %.200s", path, error.text);
    if (part->of < 1 || part->index < 1 || part->index > part->of || part->first < 0 ||
        part->count < 1 || part->whole_first < 0 || part->whole_count < 1 ||
        part->first > MOST || part->count > MOST || part->whole_first > MOST || part->whole_count > MOST)
        return fault_set(fault, "%.200s: a shard that cannot be: its numbers are negative or absurd",
                         path);
    if (!json_array_size(json_object_get(part->root, "runs")))
        return fault_set(fault, "%.200s: there is no run in it", path);
    if (!json_is_null(json_object_get(part->root, "radius")))
        return fault_set(fault, "%.200s: radii cannot be merged", path);
    return 0;
}

/* What must be equal: everything but the part itself, its work and where the file lay. */
static json_t *statement(const struct part *part)
{
    json_t *copy = json_deep_copy(part->root);
    static const char *const own[] = {"runs", "radius", "threads", "shard"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        json_object_del(copy, own[i]);
    json_object_del(json_object_get(copy, "model"), "path");
    json_object_del(json_object_get(copy, "data"), "first");
    json_object_del(json_object_get(copy, "data"), "count");
    return copy;
}

static int by_index(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Are they all the shards of one run, in order?  0, or -1 with the reason. */
static int check_whole(struct part *parts, size_t count, struct fault *fault)
{
    json_t *first = statement(&parts[0]);
    json_int_t next = parts[0].whole_first;
    int failed = 0;
    qsort(parts, count, sizeof *parts, by_index);
    for (size_t i = 0; i < count && !failed; i++) {
        json_t *other = statement(&parts[i]);
        if (!json_equal(first, other) || parts[i].of != parts[0].of ||
            parts[i].whole_first != parts[0].whole_first ||
            parts[i].whole_count != parts[0].whole_count)
            failed = fault_set(fault, "%.200s: a shard of another run than %.200s: model, data, "
                               "box or settings differ", parts[i].path, parts[0].path);
        else if (i && parts[i].index == parts[i - 1].index)
            failed = fault_set(fault, "%.200s and %.200s are the same shard, %lld/%lld",
                               parts[i - 1].path, parts[i].path, (long long)parts[i].index,
                               (long long)parts[i].of);
        else if (parts[i].index != (json_int_t)i + 1)
            failed = fault_set(fault, "shard %zu/%lld is missing", i + 1, (long long)parts[0].of);
        else if (parts[i].first != next)
            failed = fault_set(fault, "%.200s: does not begin where the shard before ends",
                               parts[i].path);
        next = parts[i].first + parts[i].count;
        json_decref(other);
    }
    json_decref(first);
    if (!failed && (json_int_t)count != parts[0].of)
        failed = fault_set(fault, "shard %zu/%lld is missing", count + 1, (long long)parts[0].of);
    if (!failed && next != parts[0].whole_first + parts[0].whole_count)
        failed = fault_set(fault, "%.200s: does not end where the samples do",
                           parts[count - 1].path);
    return failed;
}

/* Add one shard's run to the sum.  Returns 0, or -1 if it is not of the same kind. */
static int add_run(json_t *sum, json_t *run)
{
    const char *key;
    json_t *value;
    json_object_foreach(run, key, value) {
        json_t *into = json_object_get(sum, key);
        if (json_is_array(into) && json_is_array(value)) {
            json_array_extend(into, value);
        } else if (json_is_integer(into) && json_is_integer(value)) {
            json_integer_set(into, json_integer_value(into) + json_integer_value(value));
        } else if (json_is_real(into) && json_is_real(value)) {
            json_real_set(into, json_real_value(into) + json_real_value(value));
        } else if (json_is_boolean(into) && json_is_boolean(value)) {
            if (json_is_true(value))
                json_object_set(sum, key, value);
        } else if (!json_equal(into, value)) {
            return -1;
        }
    }
    return 0;
}

/* Count the results' verdicts.  Returns 0, or -1 unless they are of samples `first`, ..., each once. */
static int count_results(const json_t *results, json_int_t first,
                         json_int_t verdicts[VERDICT_MISCLASSIFIED + 1])
{
    json_t *result;
    size_t at;
    json_array_foreach(results, at, result) {
        const char *word = json_string_value(json_object_get(result, "verdict"));
        const json_t *index = json_object_get(result, "index");
        int v = 0;
        while (word && v <= VERDICT_MISCLASSIFIED && strcmp(word, verdict_name((enum verdict)v)))
            v++;
        if (!word || v > VERDICT_MISCLASSIFIED || !json_is_integer(index) ||
            json_integer_value(index) != first + (json_int_t)at)
            return -1;
        verdicts[v]++;
    }
    return 0;
}

/* The run's counts, which must be those of its results: `whole` samples from `first`. */
static int take_run(const json_t *json, json_int_t first, json_int_t whole, struct prover_run *run)
{
    json_int_t samples, done, nominal, certified, falsified, unknown, misclassified, refereed,
        attacked, found[VERDICT_MISCLASSIFIED + 1] = {0};
    json_t *results;
    int interrupted;
    if (json_unpack((json_t *)json, "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:F,"
                    " s:F, s:F, s:F, s:o}", "zeta", &run->zeta, "samples", &samples, "bounded",
                    &done, "nominal", &nominal, "certified", &certified, "falsified", &falsified,
                    "unknown", &unknown, "misclassified", &misclassified, "refereed", &refereed,
                    "attacked", &attacked, "interrupted", &interrupted, "seconds", &run->seconds,
                    "cpu_seconds", &run->cpu_seconds, "referee_seconds", &run->referee_seconds,
                    "attack_seconds", &run->attack_seconds, "results", &results))
        return -1;
    *run = (struct prover_run){
        .zeta = run->zeta, .samples = (size_t)samples, .done = (size_t)done,
        .nominal = (size_t)nominal, .certified = (size_t)certified,
        .falsified = (size_t)falsified, .unknown = (size_t)unknown,
        .misclassified = (size_t)misclassified, .refereed = (size_t)refereed,
        .attacked = (size_t)attacked, .interrupted = interrupted, .seconds = run->seconds,
        .cpu_seconds = run->cpu_seconds, .referee_seconds = run->referee_seconds,
        .attack_seconds = run->attack_seconds};
    return samples != whole || (json_int_t)json_array_size(results) != whole ||
           count_results(results, first, found) || found[VERDICT_CERTIFIED] != certified ||
           found[VERDICT_FALSIFIED] != falsified || found[VERDICT_UNKNOWN] != unknown ||
           found[VERDICT_MISCLASSIFIED] != misclassified ? -1 : 0;
}

/* The whole as one result, in the first shard's root. */
static json_t *put_together(struct part *parts, size_t count, struct fault *fault)
{
    json_t *whole = json_deep_copy(parts[0].root), *runs = json_object_get(whole, "runs");
    for (size_t i = 1; i < count; i++) {
        json_t *more = json_object_get(parts[i].root, "runs");
        int failed = json_array_size(more) != json_array_size(runs);
        for (size_t k = 0; k < json_array_size(runs) && !failed; k++)
            failed = add_run(json_array_get(runs, k), json_array_get(more, k));
        if (failed) {
            fault_set(fault, "%.200s: a shard of another run than %.200s: the sizes differ",
                      parts[i].path, parts[0].path);
            json_decref(whole);
            return NULL;
        }
    }
    json_object_set_new(whole, "shard", json_null());
    json_object_set_new(json_object_get(whole, "data"), "count",
                        json_integer(parts[0].whole_count));
    return whole;
}

static int write_whole(const struct arguments *a, json_t *whole, const struct report *report,
                       struct fault *fault)
{
    int taken = (a->json && !strcmp(a->json, "-")) || (a->csv && !strcmp(a->csv, "-"));
    report_table(taken ? stderr : stdout, report);
    if ((a->json && jsonfile_write(json_incref(whole), a->json, fault)) ||
        (a->csv && report_csv(report, a->csv, fault)))
        return EXIT_INPUT;
    for (size_t i = 0; i < report->run_count; i++)
        if (report->runs[i].interrupted) {
            fault_set(fault, "a shard was interrupted at zeta %.40s; the samples it did not reach "
                      "count as unknown", report->runs[i].zeta);
            return EXIT_INCONCLUSIVE;
        }
    for (size_t i = 0; i < report->run_count; i++)
        if (report_percent(report->runs[i].certified, report->runs[i].samples) < a->min_certified)
            return EXIT_VIOLATED;
    return EXIT_DONE;
}

static int report_whole(const struct arguments *a, json_t *whole, const struct part *first,
                        struct fault *fault)
{
    json_t *json = json_object_get(whole, "runs");
    size_t count = json_array_size(json);
    struct prover_run *runs = fault_alloc(count, sizeof *runs);
    struct report report = {.runs = runs, .run_count = count};
    int status = EXIT_DONE;
    for (size_t i = 0; i < count && status == EXIT_DONE; i++)
        if (take_run(json_array_get(json, i), first->whole_first, first->whole_count, &runs[i])) {
            fault_set(fault, "run %zu: its counts are not those of its results", i + 1);
            status = EXIT_INPUT;
        }
    if (status == EXIT_DONE)
        status = write_whole(a, whole, &report, fault);
    free(runs);
    return status;
}

int merge_results(const struct arguments *a, struct fault *fault)
{
    struct part *parts = fault_alloc(a->part_count, sizeof *parts);
    int status = EXIT_DONE;
    for (size_t i = 0; i < a->part_count && status == EXIT_DONE; i++)
        if (read_part(&parts[i], a->parts[i], fault))
            status = EXIT_INPUT;
    if (status == EXIT_DONE && check_whole(parts, a->part_count, fault))
        status = EXIT_INCONCLUSIVE;
    if (status == EXIT_DONE) {
        json_t *whole = put_together(parts, a->part_count, fault);
        status = whole ? report_whole(a, whole, &parts[0], fault) : EXIT_INCONCLUSIVE;
        json_decref(whole);
    }
    for (size_t i = 0; i < a->part_count; i++)
        json_decref(parts[i].root);
    free(parts);
    return status;
}
