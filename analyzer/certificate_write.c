/* certificate_write.c -- see certificate_write.h. */
#include "certificate_write.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "analyzer/cases.h"
#include "analyzer/certificate_raster.h"
#include "analyzer/certificate_witness.h"
#include "analyzer/domains/linear_claims.h"
#include "analyzer/numbers/engine_double.h"
#include "specs/outfile.h"

#define MAGIC "steadfast/certificate/1\n"

int certificate_detail_from_name(const char *name)
{
    return !strcmp(name, "full") ? DETAIL_FULL : !strcmp(name, "brief") ? DETAIL_BRIEF : -1;
}

int certificate_write_check(const struct prover_settings *settings, struct fault *fault)
{
    if (settings->box.kind == BOX_PCM && !settings->box.path)
        return fault_set(fault, "a device's box is certified by its ends; name a file for them with "
                         "--box-out");
    if (box_form_beyond(&settings->box))
        return fault_set(fault, "--zeta-neuron and --digital have no certificates");
    if (settings->criterion != CRITERION_MARGIN)
        return fault_set(fault, "only the margin criterion has certificates");
    return 0;
}

static const char *const verdicts[] = {"certified box", "certified trace", "certified linear",
                                       "falsified",     "misclassified",   "unknown",
                                       "unclaimed"};
enum word { WORD_BOX, WORD_TRACE, WORD_LINEAR, WORD_FALSIFIED, WORD_MISCLASSIFIED, WORD_UNKNOWN,
            WORD_UNCLAIMED, WORDS };

/* A sample's word and its evidence, NULL where it needs none (owned). */
struct entry {
    enum word word;
    char *evidence;
};

/* Interval bounds of the binary64 engine are what audit computes itself. */
static enum word word_of(const struct sample_result *r)
{
    switch (r->verdict) {
    case VERDICT_MISCLASSIFIED:
        return WORD_MISCLASSIFIED;
    case VERDICT_CERTIFIED:
        if (r->method == METHOD_BOX && !r->adopted)
            return WORD_BOX;
        return r->method == METHOD_TRACE    ? WORD_TRACE
               : r->method == METHOD_LINEAR ? WORD_LINEAR
                                            : WORD_UNCLAIMED;
    case VERDICT_FALSIFIED:
        return WORD_FALSIFIED;
    case VERDICT_UNKNOWN:
        break;
    }
    return WORD_UNKNOWN;
}

/* Evidence of the trace samples; one that the double engine cannot prove is unclaimed. */
static int gather_rasters(const struct report *r, struct entry *entries, struct fault *fault)
{
    const struct prover_settings *s = r->settings;
    const struct network *network = &r->model->network;
    struct box box;
    if (prover_box(s, network, r->runs[0].zeta, &box, fault))
        return -1;
    struct trace *trace = trace_new(engine_double(), network, &box, s->disjuncts, fault);
    if (trace) {
#pragma omp parallel
        {
            struct trace_run *run = trace_run_new(trace);
#pragma omp for schedule(dynamic, 1)
            for (size_t k = 0; k < r->count; k++) {
                size_t at = r->first + k;
                struct cases_request request = {
                    .input = r->set->inputs + at * r->set->features,
                    .label = r->set->labels[at], .classes = network->class_count,
                    .criterion = s->criterion, .splits = s->splits,
                };
                if (entries[k].word != WORD_TRACE)
                    continue;
                entries[k].evidence = certificate_raster(trace, run, network, &request);
                if (!entries[k].evidence)
                    entries[k].word = WORD_UNCLAIMED;
            }
            trace_run_free(run);
        }
    }
    int failed = trace ? 0 : -1;
    trace_free(trace);
    box_clear(&box);
    return failed;
}

/* Of the ways to write down a linear proof the shortest that still is one; NULL if none is. */
static char *linear_evidence(const struct linear *linear, struct linear_work *work,
                             enum certificate_detail detail, const float *input, int label)
{
    static const struct {
        enum linear_depth depth;
        struct claims_form form;
    } ways[] = {{LINEAR_FULL, {6, 0}},  {LINEAR_MARGINS, {6, 1}},  {LINEAR_FULL, {6, 1}},
                {LINEAR_MARGINS, {10, 1}}, {LINEAR_FULL, {10, 1}}, {LINEAR_MARGINS, {20, 1}},
                {LINEAR_FULL, {20, 1}}};
    char *evidence = NULL;
    for (size_t i = detail == DETAIL_FULL; i < sizeof ways / sizeof *ways; i++) {
        if (evidence && i > 1) /* the brief way may be longer than the second */
            break;
        char *text = linear_claims(linear, work, input, label, ways[i].depth, &ways[i].form);
        int better = text && (!evidence || strlen(text) < strlen(evidence));
        free(better ? evidence : text);
        evidence = better ? text : evidence;
    }
    return evidence;
}

/* Evidence of the samples that `linear` proved; why->text: why no such sample has any. */
static int gather_claims(const struct report *r, enum certificate_detail detail,
                         struct entry *entries, struct fault *why, struct fault *fault)
{
    const struct network *network = &r->model->network;
    struct box box;
    if (prover_box(r->settings, network, r->runs[0].zeta, &box, fault))
        return -1;
    struct linear *linear = linear_prepare(engine_double(), network, &box, fault);
    if (linear && r->settings->budget > 0)
        linear_set_budget(linear, r->settings->budget);
    int writable = linear && !linear_claims_check(linear, why);
    if (linear) {
#pragma omp parallel
        {
            struct linear_work *work = linear_work_new(linear);
#pragma omp for schedule(dynamic, 1)
            for (size_t k = 0; k < r->count; k++) {
                size_t at = r->first + k;
                if (entries[k].word != WORD_LINEAR)
                    continue;
                if (writable)
                    entries[k].evidence =
                        linear_evidence(linear, work, detail,
                                        r->set->inputs + at * r->set->features,
                                        r->set->labels[at]);
                if (!entries[k].evidence)
                    entries[k].word = WORD_UNCLAIMED;
            }
            linear_work_free(work);
        }
    }
    linear_release(linear);
    box_clear(&box);
    return linear ? 0 : -1;
}

/* Evidence of the falsified samples; the search depends on seed and sample alone. */
static int gather_witnesses(const struct report *r, const struct falsify_settings *attack,
                            struct entry *entries, struct fault *fault)
{
    const struct prover_settings *s = r->settings;
    const struct network *network = &r->model->network;
    struct certificate_corners corners;
    struct box box;
    if (prover_box(s, network, r->runs[0].zeta, &box, fault))
        return -1;
    struct counterexample *search = counterexample_new(network, &box, &attack->budget, s->bits);
    certificate_corners_init(&corners, &box, network);
#pragma omp parallel
    {
        struct counterexample_work *work = counterexample_work_new(search);
        float *star = fault_alloc_aligned(network->parameter_count, sizeof *star);
#pragma omp for schedule(dynamic, 1)
        for (size_t k = 0; k < r->count; k++) {
            size_t at = r->first + k;
            const float *input = r->set->inputs + at * r->set->features;
            int label = r->set->labels[at];
            if (entries[k].word != WORD_FALSIFIED)
                continue;
            entries[k].word = WORD_UNKNOWN;
            if (counterexample_find(search, work, input, label, s->seed, at, star, NULL)) {
                entries[k].evidence =
                    certificate_witness(search, network, &corners, input, label, star);
                entries[k].word = WORD_FALSIFIED;
            }
        }
        free(star);
        counterexample_work_free(work);
    }
    certificate_corners_clear(&corners);
    counterexample_free(search);
    box_clear(&box);
    return 0;
}

static void write_statement(FILE *text, const struct report *r, const struct entry *entries)
{
    const struct box_form *form = &r->settings->box;
    size_t counts[WORDS] = {0};
    char digest[DIGEST_HEX];
    for (size_t i = 0; i < r->count; i++)
        counts[entries[i].word]++;
    fprintf(text, "semantics steadfast/network/1\nmodel %s\nsplit %s\ndata %s\n",
            r->model->sha256, r->split, r->set->sha256);
    const char *kind = form->path    ? "file:"
                       : form->typed ? form->typed
                                     : box_kind_name(form->kind);
    digest_file(form->path, digest);
    fprintf(text, "box %s%s exact-bias %d folded-bias %d\nzeta %s\ncriterion margin\n", kind,
            digest, form->exact_bias != 0, form->folded_bias != 0, r->runs[0].zeta);
    fprintf(text, "samples %zu %zu\n", r->first, r->count);
    for (int w = 0; w < WORDS; w++)
        fprintf(text, "%s %zu\n", verdicts[w], counts[w]);
    for (size_t i = 0; i < r->count; i++)
        fprintf(text, "%zu %d %s\n%s", r->first + i, (int)r->set->labels[r->first + i],
                verdicts[entries[i].word], entries[i].evidence ? entries[i].evidence : "");
}

/* Magic, length, compressed text. */
static int write_packed(const char *text, size_t length, const char *path, struct fault *fault)
{
    struct outfile file;
    uLongf size = compressBound((uLong)length);
    unsigned char *packed = fault_alloc(size, 1), head[8];
    if (compress2(packed, &size, (const Bytef *)text, (uLong)length, 9) != Z_OK ||
        outfile_open(&file, path, fault)) {
        free(packed);
        return -1;
    }
    for (int i = 0; i < 8; i++)
        head[i] = (unsigned char)((uint64_t)length >> 8 * i);
    fwrite(MAGIC, 1, sizeof MAGIC - 1, file.stream);
    fwrite(head, 1, sizeof head, file.stream);
    fwrite(packed, 1, size, file.stream);
    free(packed);
    if (length > (size_t)1 << 30) {
        outfile_abandon(&file);
        return fault_set(fault, "%s: a certificate of more than 1 GiB; take fewer samples", path);
    }
    return outfile_commit(&file, fault);
}

static void remark(const struct report *r, const struct entry *entries, const struct fault *why)
{
    size_t unclaimed = 0;
    for (size_t i = 0; i < r->count; i++)
        unclaimed += entries[i].word == WORD_UNCLAIMED;
    if (unclaimed)
        fprintf(stderr, "certify: %zu certified samples are not claimed in the certificate: it "
                "has no evidence of their kind%s%s\n", unclaimed, why->text[0] ? ": " : "",
                why->text);
}

int certificate_write(const struct report *r, const struct falsify_settings *attack,
                      enum certificate_detail detail, const char *path, struct fault *fault)
{
    char *text = NULL, digest[DIGEST_HEX];
    size_t length = 0;
    struct fault why = {""};
    int traced = 0, lines = 0, broken = 0, failed = 0;
    struct entry *entries = fault_alloc(r->count, sizeof *entries);
    for (size_t i = 0; i < r->count; i++) {
        entries[i].word = word_of(&r->runs[0].results[i]);
        traced |= entries[i].word == WORD_TRACE;
        lines |= entries[i].word == WORD_LINEAR;
        broken |= entries[i].word == WORD_FALSIFIED;
    }
    if (traced)
        failed = gather_rasters(r, entries, fault);
    if (lines && !failed)
        failed = gather_claims(r, detail, entries, &why, fault);
    if (broken && !failed)
        failed = gather_witnesses(r, attack, entries, fault);
    FILE *stream = open_memstream(&text, &length);
    require(stream);
    if (!failed)
        write_statement(stream, r, entries);
    require(!fflush(stream));
    digest_of(text, length, digest);
    fprintf(stream, "digest %s\n", digest);
    require(!fclose(stream));
    if (!failed)
        failed = write_packed(text, length, path, fault);
    if (!failed)
        remark(r, entries, &why);
    for (size_t i = 0; i < r->count; i++)
        free(entries[i].evidence);
    free(entries);
    free(text);
    return failed;
}
