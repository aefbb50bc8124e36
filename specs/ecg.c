/* ecg.c -- see ecg.h. */
#include "ecg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "wfdb.h"

#define STRIDE 2      /* 360 Hz to 180 Hz, unfiltered */
#define MOST_RECORDS 64
#define CHOICE_SEED 0x6d69742d626968ull /* fixes which beats are kept, and where they go */

/* A beat that may be used: where it is, what it is, and the number it draws. */
struct candidate {
    uint64_t draw;
    uint32_t record, at;
    uint8_t label;
};

struct records {
    size_t count;
    int number[MOST_RECORDS];
    struct wfdb record[MOST_RECORDS];
    size_t candidate_count, capacity;
    struct candidate *candidates;
};

/* Whole patients for validation and test; all other records train.  Every class
 * occurs in every part. */
static const int patient_test[] = {111, 124, 200}, patient_valid[] = {119, 214, 231};

static int label_of(uint8_t code)
{
    switch (code) {
    case 1: return 0; /* N normal */
    case 2: return 1; /* L left bundle branch block */
    case 3: return 2; /* R right bundle branch block */
    case 5: return 3; /* V premature ventricular contraction */
    default: return -1;
    }
}

static int listed(const int *list, size_t count, int number)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == number)
            return 1;
    return 0;
}

/* Which part a beat belongs to. */
static enum split part_of(enum ecg_division division, int number, uint64_t draw)
{
    if (division == ECG_BY_PATIENT) {
        if (listed(patient_test, sizeof patient_test / sizeof *patient_test, number))
            return SPLIT_TEST;
        return listed(patient_valid, sizeof patient_valid / sizeof *patient_valid, number)
                   ? SPLIT_VALID
                   : SPLIT_TRAIN;
    }
    unsigned tenth = (unsigned)(draw % 10); /* the draw's low end; its rank orders beats */
    return tenth < 8 ? SPLIT_TRAIN : tenth == 8 ? SPLIT_VALID : SPLIT_TEST;
}

static void add_candidate(struct records *r, struct candidate candidate)
{
    if (r->candidate_count == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 4096;
        struct candidate *grown = fault_alloc(r->capacity, sizeof *grown);
        if (r->candidate_count)
            memcpy(grown, r->candidates, r->candidate_count * sizeof *grown);
        free(r->candidates);
        r->candidates = grown;
    }
    r->candidates[r->candidate_count++] = candidate;
}

/* All beats of the record that lie wholly inside it. */
static void collect(struct records *r, size_t index)
{
    const struct wfdb *record = &r->record[index];
    size_t before = STRIDE * ECG_STEPS / 2, after = STRIDE * (ECG_STEPS / 2 - 1);
    for (size_t i = 0; i < record->annotation_count; i++) {
        const struct wfdb_beat *beat = &record->annotations[i];
        int label = label_of(beat->code);
        if (label < 0 || beat->at < before || beat->at + after >= record->count)
            continue;
        uint64_t draw = random_u64(CHOICE_SEED, (uint64_t)r->number[index], beat->at);
        add_candidate(r, (struct candidate){draw, (uint32_t)index, (uint32_t)beat->at,
                                            (uint8_t)label});
    }
}

static int read_records(struct records *r, const char *folder, struct fault *fault)
{
    char path[4200], line[64];
    snprintf(path, sizeof path, "%.4000s/ecg/RECORDS", folder);
    FILE *list = fopen(path, "r");
    if (!list)
        return fault_set(fault, "%s: not there; get the ECG records with specs/fetch-data and "
                         "name their folder with --data or STEADFAST_DATA", path);
    snprintf(path, sizeof path, "%.4000s/ecg", folder);
    int bad = 0;
    while (!bad && fgets(line, sizeof line, list)) {
        line[strcspn(line, "\r\n ")] = '\0';
        if (!*line)
            continue;
        if (r->count == MOST_RECORDS || strspn(line, "0123456789") != strlen(line)) {
            bad = fault_set(fault, "%s/RECORDS: '%.20s' is no record, or there are more than "
                            "%d", path, line, MOST_RECORDS);
            break;
        }
        r->number[r->count] = atoi(line);
        bad = wfdb_read(&r->record[r->count], path, line, fault);
        if (!bad)
            collect(r, r->count++);
    }
    fclose(list);
    return bad;
}

static int by_draw(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->draw != y->draw)
        return x->draw < y->draw ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Keep the beats with the smallest draws of every class, as many as the
 * smallest class has; by patient, within the part.  Returns how many. */
static size_t balance(struct candidate *c, size_t count)
{
    size_t of_class[ECG_CLASSES] = {0}, taken[ECG_CLASSES] = {0}, kept = 0;
    for (size_t i = 0; i < count; i++)
        of_class[c[i].label]++;
    size_t least = of_class[0];
    for (int k = 1; k < ECG_CLASSES; k++)
        least = of_class[k] < least ? of_class[k] : least;
    for (size_t i = 0; i < count; i++)
        if (taken[c[i].label]++ < least)
            c[kept++] = c[i];
    return kept;
}

static size_t keep_part(const struct records *r, struct candidate *c, size_t count,
                        enum ecg_division division, enum split split)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (part_of(division, r->number[c[i].record], c[i].draw) == split)
            c[kept++] = c[i];
    return kept;
}

void ecg_standardise(double *values, size_t count)
{
    double mean = 0, variance = 0;
    for (size_t i = 0; i < count; i++)
        mean += values[i];
    mean /= (double)count;
    for (size_t i = 0; i < count; i++)
        variance += (values[i] - mean) * (values[i] - mean);
    double deviation = sqrt(variance / (double)count);
    for (size_t i = 0; i < count; i++)
        values[i] = deviation > 0 ? (values[i] - mean) / deviation : 0;
}

static void cut_beat(const struct wfdb *record, size_t at, const struct encoder *encoder,
                     float *into)
{
    size_t begin = at - STRIDE * ECG_STEPS / 2;
    double leads[ECG_LEADS][ECG_STEPS];
    for (int lead = 0; lead < ECG_LEADS; lead++) {
        for (size_t t = 0; t < ECG_STEPS; t++)
            leads[lead][t] = record->lead[lead][begin + STRIDE * t];
        ecg_standardise(leads[lead], ECG_STEPS);
    }
    encoder_run(encoder, leads[0], ECG_STEPS, into);
}

static int fill(struct dataset *set, const struct records *r, const struct candidate *c,
                size_t count, const struct encoder *encoder, const char *folder,
                struct fault *fault)
{
    if (!count)
        return fault_set(fault, "%s/ecg: the records hold no beats of all four classes N, L, R "
                         "and V for this part", folder);
    set->count = count;
    set->features = ECG_STEPS * encoder_channels(encoder->kind);
    set->classes = ECG_CLASSES;
    set->inputs = fault_alloc_aligned(count * set->features, sizeof(float));
    set->labels = fault_alloc(count, 1);
    for (size_t i = 0; i < count; i++) {
        cut_beat(&r->record[c[i].record], c[i].at, encoder, set->inputs + i * set->features);
        set->labels[i] = c[i].label;
    }
    return 0;
}

int ecg_load(struct dataset *set, enum ecg_division division, const struct encoder *encoder,
             enum split split, const char *folder, struct fault *fault)
{
    struct records *r = fault_alloc(1, sizeof *r);
    int bad = read_records(r, folder, fault);
    if (!bad) {
        size_t count = r->candidate_count;
        if (count)
            qsort(r->candidates, count, sizeof *r->candidates, by_draw);
        if (division == ECG_BY_BEAT)
            count = balance(r->candidates, count);
        count = keep_part(r, r->candidates, count, division, split);
        if (division == ECG_BY_PATIENT)
            count = balance(r->candidates, count);
        bad = fill(set, r, r->candidates, count, encoder, folder, fault);
    }
    for (size_t i = 0; i < r->count; i++)
        wfdb_clear(&r->record[i]);
    free(r->candidates);
    free(r);
    return bad;
}
