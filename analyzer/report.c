/* report.c -- see report.h. */
#include "report.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/domains/linear.h"
#include "analyzer/sandwich.h"
#include "analyzer/yield.h"
#include "specs/digest.h"
#include "specs/jsonfile.h"
#include "specs/outfile.h"

double report_percent(size_t part, size_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

static const char *network_word(const struct network *network)
{
    return network->kind == NETWORK_LSNN ? "LSNN" : "feed-forward";
}

static void engine_words(const struct prover_settings *s, char *text, size_t size)
{
    if (s->engine == PROVER_MPFR)
        snprintf(text, size, "mpfr (%d bits)", s->bits);
    else if (s->referee == REFEREE_OFF)
        snprintf(text, size, "double (rounded outward), no referee");
    else
        snprintf(text, size, "double (rounded outward), referee mpfr (%d bits)", s->bits);
}

/* The kind as the user wrote it. */
static const char *box_words(const struct box_form *form)
{
    return form->typed ? form->typed : box_kind_name(form->kind);
}

static json_t *hex_float(double value)
{
    char text[64];
    snprintf(text, sizeof text, "%a", value);
    return json_string(text);
}

/* null for a box of another kind. */
static json_t *pcm_json(const struct report *r)
{
    const struct pcm_box *p = r->pcm;
    const struct box_form *form = &r->settings->box;
    if (!p || !p->device)
        return json_null();
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:b}", "device", p->device->name,
                     "sigmas", form->part[0], "seconds", form->part[1], "tiles",
                     (json_int_t)p->tiles, "variables", (json_int_t)p->variables,
                     "probability_lower", hex_float(p->yield.lower), "alpha_lower",
                     hex_float(p->least_alpha), "alpha_upper", hex_float(p->most_alpha), "vacuous",
                     p->yield.lower < YIELD_VACUOUS);
}

static json_t *box_json(const struct report *r)
{
    const struct box_form *form = &r->settings->box;
    char file[DIGEST_HEX];
    digest_file(form->path, file);
    return json_pack("{s:s, s:s?, s:b, s:b, s:s, s:s?, s:o}", "typed", box_words(form), "sha256",
                     file[0] ? file : NULL, "exact_bias", form->exact_bias, "folded_bias",
                     form->folded_bias, "zeta_neuron", form->neuron ? form->neuron : "0", "digital",
                     form->digital ? "float32" : NULL, "pcm", pcm_json(r));
}

static void referee_words(const struct prover_settings *s, char *text, size_t size)
{
    if (s->engine == PROVER_MPFR || s->referee == REFEREE_OFF)
        snprintf(text, size, "off");
    else if (s->referee == REFEREE_SAMPLES)
        snprintf(text, size, "samples at %d bits", s->bits);
    else
        snprintf(text, size, "%.17g %% at %d bits",
                 s->referee == REFEREE_FULL ? 100 : s->referee_percent, s->bits);
}

/* How samples are attacked; "undecided" is null for all of them. */
static json_t *attack_json(const struct falsify_settings *attack)
{
    return json_pack("{s:o, s:I, s:I}", "undecided", attack->undecided == SIZE_MAX
                     ? json_null() : json_integer((json_int_t)attack->undecided), "steps",
                     (json_int_t)attack->budget.steps, "restarts",
                     (json_int_t)attack->budget.restarts);
}

/* The methods that are tried, in turn. */
static void domain_words(const struct report *r, char *text, size_t size)
{
    const struct prover_settings *s = r->settings;
    enum method methods[BOUNDER_METHODS];
    int used = bounder_methods(s->domain, &r->model->network, box_form_beyond(&s->box),
                               methods, NULL);
    enum method last = used > 0 ? methods[used - 1] : METHOD_BOX;
    int traced = last == METHOD_TRACE;
    int written = snprintf(text, size, "%s%s", used == 2 ? "box, then " : "", method_name(last));
    if (traced)
        written += snprintf(text + written, size - (size_t)written, " with %d histories",
                            s->disjuncts);
    if (traced && s->splits)
        snprintf(text + written, size - (size_t)written, " and up to %zu split runs", s->splits);
    if (last == METHOD_LINEAR && s->refine)
        snprintf(text + written, size - (size_t)written, ", a margin in up to %zu refined cases",
                 s->refine);
}

/* What the box of a phase-change chip contains, and how probably. */
static void pcm_lines(FILE *stream, const struct report *r)
{
    const struct pcm_box *p = r->pcm;
    char least[YIELD_TEXT];
    yield_text(&p->yield, least);
    fprintf(stream, "          device %s after %s s, %zu tiles, drift compensated by about %.4g to %.4g\n",
            p->device->name, r->settings->box.part[1], p->tiles, p->least_alpha, p->most_alpha);
    fprintf(stream, "chips     one lies in the box of size 1 with probability at least %s (%zu normals "
            "within %s)%s\n", least, p->variables, r->settings->box.part[0],
            p->yield.lower < YIELD_VACUOUS ? ": VACUOUS, this box says next to nothing of such chips"
                                           : "");
}

void report_heading(FILE *stream, const struct report *r)
{
    char engine[96], domain[96];
    engine_words(r->settings, engine, sizeof engine);
    fprintf(stream, "model     %s\n", r->model_path);
    fprintf(stream, "          sha256 %s\n", r->model->sha256);
    fprintf(stream, "network   %s, %zu parameters, task %s\n", network_word(&r->model->network),
            r->model->network.parameter_count, r->model->task);
    fprintf(stream, "data      %s, samples %zu to %zu of %zu\n", r->set->name, r->first,
            r->first + r->count - 1, r->set->count);
    fprintf(stream, "          sha256 %s\n", r->set->sha256);
    fprintf(stream, "box       %s, %s\n", box_words(&r->settings->box),
            r->pcm && r->pcm->device ? "weights on a phase-change chip, biases exact"
            : r->settings->box.exact_bias ? "biases exact" : "every parameter, biases included");
    if (r->pcm && r->pcm->device)
        pcm_lines(stream, r);
    if (r->settings->box.neuron)
        fprintf(stream, "          tau, tau_ada, beta and b0 of every neuron within %s of their "
                "size\n", r->settings->box.neuron);
    if (r->settings->box.digital)
        fprintf(stream, "          and the rounding of any float32 execution (specs/digital.md)\n");
    domain_words(r, domain, sizeof domain);
    fprintf(stream, "domain    %s, criterion %s\n", domain,
            criterion_name(r->settings->criterion));
    fprintf(stream, "engine    %s, threads %d\n", engine, r->threads);
}

void report_yield(FILE *stream, const struct report *r, size_t run)
{
    const struct yield *yield = &r->yields[run];
    const struct prover_run *p = &r->runs[run];
    char least[YIELD_TEXT];
    yield_text(yield, least);
    fprintf(stream, "chips     sigma %s: one lies in the box of size %s with probability at least "
            "%s (%zu parameters)%s\n", r->sigma, p->zeta, least, yield->varying,
            yield->lower < YIELD_VACUOUS ? ": VACUOUS, this box says next to nothing of such chips"
                                         : "");
    if (yield->lower >= YIELD_VACUOUS)
        fprintf(stream, "          and then is right on all %zu certified samples (%.2f %%) at once\n",
                p->certified, report_percent(p->certified, p->samples));
}

void report_columns(FILE *stream)
{
    fprintf(stream, "%-9s %16s %16s %16s %16s %16s %10s %12s %12s\n", "zeta", "nominal",
            "certified", "falsified", "unknown", "misclassified", "ms/sample", "referee",
            "attacked");
}

static void count_cell(FILE *stream, size_t part, size_t whole)
{
    fprintf(stream, " %6zu %7.2f %%", part, report_percent(part, whole));
}

void report_line(FILE *stream, const struct prover_run *run)
{
    size_t bounded = run->done ? run->done : 1;
    fprintf(stream, "%-9s", run->zeta);
    count_cell(stream, run->nominal, run->samples);
    count_cell(stream, run->certified, run->samples);
    count_cell(stream, run->falsified, run->samples);
    count_cell(stream, run->unknown, run->samples);
    count_cell(stream, run->misclassified, run->samples);
    fprintf(stream, " %10.3f %4zu %5.1f s %4zu %5.1f s\n", 1e3 * run->seconds / (double)bounded,
            run->refereed, run->referee_seconds, run->attacked, run->attack_seconds);
}

void report_table(FILE *stream, const struct report *r)
{
    report_columns(stream);
    for (size_t i = 0; i < r->run_count; i++)
        report_line(stream, &r->runs[i]);
}

void report_radii(FILE *stream, const struct radius_run *radii)
{
    static const double shares[] = {0.1, 0.25, 0.5, 0.75, 0.9};
    char text[RADIUS_TEXT];
    fprintf(stream, "%-9s %12s %12s %12s %12s %12s %10s %12s\n", "radius", "10 %", "25 %",
            "median", "75 %", "90 %", "ms/sample", "referee");
    fprintf(stream, "%-9s", "certified");
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        radius_text(radius_quantile(radii, shares[i]), text);
        fprintf(stream, " %12s", text);
    }
    fprintf(stream, " %10.3f %4zu %5.1f s\n", 1e3 * radii->seconds / (double)radii->samples,
            radii->refereed, radii->referee_seconds);
    if (!radii->attacked)
        return;
    fprintf(stream, "%-9s", "falsified");
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        radius_text(sandwich_quantile(radii, shares[i]), text);
        fprintf(stream, " %12s", text);
    }
    fprintf(stream, "   of the %zu samples broken, of %zu attacked in %.1f s\n",
            sandwich_broken(radii), radii->attacked, radii->attack_seconds);
    fprintf(stream, "ratio     median of certified over falsified radius %.3f\n",
            sandwich_ratio(radii));
}

static json_t *result_json(const struct report *r, size_t index, const struct sample_result *s)
{
    return json_pack("{s:I, s:i, s:i, s:s, s:o, s:s, s:I, s:b}", "index",
                     (json_int_t)(r->first + index), "label",
                     (int)r->set->labels[r->first + index], "predicted", s->predicted, "verdict",
                     verdict_name(s->verdict), "margin_lower", hex_float(s->margin_lower),
                     "method", method_name(s->method), "split_runs", (json_int_t)s->splits,
                     "attacked", s->attacked);
}

/* null where not asked for. */
static json_t *yield_json(const struct report *r, size_t run)
{
    if (!r->sigma)
        return json_null();
    return json_pack("{s:s, s:I, s:o, s:o, s:b}", "sigma", r->sigma, "parameters",
                     (json_int_t)r->yields[run].varying, "lower",
                     hex_float(r->yields[run].lower), "upper", hex_float(r->yields[run].upper),
                     "vacuous", r->yields[run].lower < YIELD_VACUOUS);
}

static json_t *run_json(const struct report *r, const struct prover_run *run)
{
    json_t *results = json_array();
    for (size_t i = 0; i < run->samples; i++)
        json_array_append_new(results, result_json(r, i, &run->results[i]));
    return json_pack(
        "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:f, s:f, s:f, s:f, s:o, s:o}", "zeta",
        run->zeta, "samples", (json_int_t)run->samples, "nominal", (json_int_t)run->nominal,
        "certified", (json_int_t)run->certified, "falsified", (json_int_t)run->falsified,
        "unknown", (json_int_t)run->unknown, "misclassified", (json_int_t)run->misclassified,
        "bounded", (json_int_t)run->done, "interrupted", run->interrupted, "refereed",
        (json_int_t)run->refereed, "attacked", (json_int_t)run->attacked, "seconds", run->seconds,
        "cpu_seconds", run->cpu_seconds, "referee_seconds", run->referee_seconds,
        "attack_seconds", run->attack_seconds, "chip_yield",
        yield_json(r, (size_t)(run - r->runs)), "results", results);
}

/* NULL where none was found. */
static const char *falsified_text(const struct radius_run *radii, size_t i, char text[RADIUS_TEXT])
{
    if (radii->falsified_rung[i] == RADIUS_NONE)
        return NULL;
    radius_text(radii->falsified_rung[i], text);
    return text;
}

static json_t *radii_json(const struct report *r)
{
    const struct radius_run *radii = r->radii;
    char text[RADIUS_TEXT], broken[RADIUS_TEXT];
    if (!radii)
        return json_null();
    json_t *results = json_array();
    for (size_t i = 0; i < radii->samples; i++) {
        const struct sample_result *s = &radii->results[i];
        radius_text(radii->rung[i], text);
        json_array_append_new(
            results, json_pack("{s:I, s:i, s:i, s:s, s:s?, s:s, s:b, s:I}", "index",
                               (json_int_t)(r->first + i), "label",
                               (int)r->set->labels[r->first + i], "predicted", s->predicted,
                               "certified_radius", text, "falsified_radius",
                               falsified_text(radii, i, broken), "method",
                               method_name(s->method), "attacked", s->attacked, "split_runs",
                               (json_int_t)s->splits));
    }
    radius_text(radius_quantile(radii, 0.5), text);
    return json_pack("{s:s, s:b, s:I, s:I, s:f, s:f, s:f, s:f, s:o}", "median", text,
                     "interrupted", radii->interrupted, "refereed", (json_int_t)radii->refereed,
                     "attacked", (json_int_t)radii->attacked, "seconds", radii->seconds,
                     "cpu_seconds", radii->cpu_seconds, "referee_seconds",
                     radii->referee_seconds, "attack_seconds", radii->attack_seconds, "results",
                     results);
}

/* null for the whole. */
static json_t *shard_json(const struct report *r)
{
    if (!r->shard.of)
        return json_null();
    return json_pack("{s:I, s:I, s:I, s:I}", "index", (json_int_t)r->shard.index, "of",
                     (json_int_t)r->shard.of, "first", (json_int_t)r->whole_first, "count",
                     (json_int_t)r->whole_count);
}

static json_t *report_object(const struct report *r)
{
    const struct prover_settings *s = r->settings;
    char referee[96], seed[24];
    json_t *runs = json_array();
    referee_words(s, referee, sizeof referee);
    snprintf(seed, sizeof seed, "%" PRIu64, s->seed);
    for (size_t i = 0; i < r->run_count; i++)
        json_array_append_new(runs, run_json(r, &r->runs[i]));
    return json_pack(
        "{s:s, s:{s:s, s:s, s:s, s:I}, s:{s:s, s:s, s:s, s:I, s:I}, s:s, s:o, s:s, s:i, s:I,"
        " s:o, s:f, s:I, s:f, s:s, s:i, s:s, s:o, s:s, s:s, s:i, s:o, s:o}",
        "schema", "steadfast/certify/1", "model", "path", r->model_path, "sha256",
        r->model->sha256, "task", r->model->task, "parameters",
        (json_int_t)r->model->network.parameter_count, "data", "name", r->set->name, "split",
        r->split, "sha256", r->set->sha256, "first", (json_int_t)r->first, "count",
        (json_int_t)r->count, "box", box_kind_name(s->box.kind), "box_parameters",
        box_json(r), "domain",
        bounder_domain_name(s->domain), "disjuncts", s->disjuncts, "splits",
        (json_int_t)s->splits, "shard", shard_json(r), "linear_budget", s->budget > 0 ? s->budget : LINEAR_BUDGET,
        "refine", (json_int_t)s->refine, "sample_limit", s->seconds, "engine",
        s->engine == PROVER_MPFR ? "mpfr" : "double", "bits",
        s->engine == PROVER_MPFR ? s->bits : 53, "criterion", criterion_name(s->criterion),
        "attack", attack_json(r->attack), "referee", referee, "seed", seed, "threads", r->threads,
        "runs", runs, "radius", radii_json(r));
}

int report_json(const struct report *report, const char *path, struct fault *fault)
{
    return jsonfile_write(report_object(report), path, fault);
}

static void csv_radii(FILE *stream, const struct report *report)
{
    const struct radius_run *radii = report->radii;
    fprintf(stream, "index,label,predicted,certified_radius,falsified_radius,method,split_runs\n");
    for (size_t i = 0; i < radii->samples; i++) {
        const struct sample_result *s = &radii->results[i];
        char text[RADIUS_TEXT], broken[RADIUS_TEXT];
        const char *falsified = falsified_text(radii, i, broken);
        radius_text(radii->rung[i], text);
        fprintf(stream, "%zu,%d,%d,%s,%s,%s,%zu\n", report->first + i,
                (int)report->set->labels[report->first + i], s->predicted, text,
                falsified ? falsified : "", method_name(s->method), s->splits);
    }
}

int report_csv(const struct report *report, const char *path, struct fault *fault)
{
    struct outfile file;
    if (outfile_open(&file, path, fault))
        return -1;
    if (report->radii) {
        csv_radii(file.stream, report);
        return outfile_commit(&file, fault);
    }
    fprintf(file.stream, "zeta,samples,nominal,certified,falsified,unknown,misclassified,"
                         "seconds,cpu_seconds,refereed,referee_seconds,attacked,attack_seconds\n");
    for (size_t i = 0; i < report->run_count; i++) {
        const struct prover_run *r = &report->runs[i];
        fprintf(file.stream, "%s,%zu,%zu,%zu,%zu,%zu,%zu,%.3f,%.3f,%zu,%.3f,%zu,%.3f\n", r->zeta,
                r->samples, r->nominal, r->certified, r->falsified, r->unknown,
                r->misclassified, r->seconds, r->cpu_seconds, r->refereed, r->referee_seconds,
                r->attacked, r->attack_seconds);
    }
    return outfile_commit(&file, fault);
}
