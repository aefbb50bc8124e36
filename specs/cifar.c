/* cifar.c -- see cifar.h. */
#include "cifar.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "input.h"

#define COLOURS 3
#define PLANE (32 * 32)
#define PIXELS (COLOURS * PLANE)
#define RECORD (1 + PIXELS) /* the label, then red, green and blue */
#define CLASSES 10
#define BATCHES 5
#define MOST_RECORDS 50000 /* of one batch */
#define PATH 4200

const char cifar_input[] = "{\"shape\":[3,32,32],\"mean\":[\"0.4914\",\"0.4822\",\"0.4465\"],"
                           "\"std\":[\"0.2023\",\"0.1994\",\"0.2010\"]}";

/* The records of one part, of all batches in turn. */
struct records {
    size_t count, capacity;
    uint8_t *bytes; /* [capacity, RECORD], owned */
};

static uint8_t *next_record(struct records *r)
{
    if (r->count == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 1024;
        uint8_t *grown = fault_alloc(r->capacity, RECORD);
        if (r->count)
            memcpy(grown, r->bytes, r->count * RECORD);
        free(r->bytes);
        r->bytes = grown;
    }
    return r->bytes + r->count * RECORD;
}

/* The next record of `file`: 1, or 0 at its end; -1 when it is no whole record. */
static int take(gzFile file, uint8_t *record, size_t number, const char *path,
                struct fault *fault)
{
    int got = gzread(file, record, RECORD), code;
    const char *why = gzerror(file, &code);
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
        return fault_set(fault, "%s: damaged after %zu records (%s); fetch it again "
                         "(specs/fetch-data)", path, number, why);
    if (got == 0)
        return 0;
    if (got != RECORD)
        return fault_set(fault, "%s: unpacked offset %zu: %d bytes are left of a record of %d; "
                         "it is cut short or no CIFAR-10 batch, fetch it again "
                         "(specs/fetch-data)", path, number * RECORD, got, RECORD);
    if (record[0] >= CLASSES)
        return fault_set(fault, "%s: unpacked offset %zu: the label %d of record %zu; labels are "
                         "0 to 9: take the binary version of CIFAR-10, not CIFAR-100", path,
                         number * RECORD, record[0], number);
    return 1;
}

static int read_batch(struct records *r, const char *path, struct fault *fault)
{
    gzFile file = gzopen(path, "rb");
    if (!file)
        return fault_set(fault, "%s: %s", path, strerror(errno));
    size_t number = 0;
    int got = 0;
    while (number < MOST_RECORDS && (got = take(file, next_record(r), number, path, fault)) > 0)
        r->count++, number++;
    gzclose_r(file);
    if (got < 0)
        return -1;
    if (number == 0 || number == MOST_RECORDS)
        return fault_set(fault, "%s: %s; a batch has 10000 records, fetch it again "
                         "(specs/fetch-data)", path, number ? "has an absurd size" : "is empty");
    return 0;
}

/* Where a batch lies, plain or gzipped: 1, or 0 when there is none. */
static int find_batch(char path[PATH], const char *folder, const char *name)
{
    snprintf(path, PATH, "%.4000s/cifar-10/%s.bin", folder, name);
    if (access(path, R_OK) == 0)
        return 1;
    snprintf(path, PATH, "%.4000s/cifar-10/%s.bin.gz", folder, name);
    return access(path, R_OK) == 0;
}

/* Of `count` records from `first` on keep those of the part: validation has the last tenth. */
static int keep_part(struct records *r, size_t first, enum split split, const char *path,
                     struct fault *fault)
{
    size_t count = r->count - first, valid = count / 10, train = count - valid;
    if (!valid)
        return fault_set(fault, "%s: %zu records; 10 are needed to train and validate", path,
                         count);
    if (split == SPLIT_VALID)
        memmove(r->bytes + first * RECORD, r->bytes + (first + train) * RECORD, valid * RECORD);
    r->count = first + (split == SPLIT_VALID ? valid : train);
    return 0;
}

static int read_training(struct records *r, enum split split, const char *folder,
                         struct fault *fault)
{
    for (int batch = 1; batch <= BATCHES; batch++) {
        char path[PATH], name[32];
        size_t first = r->count;
        snprintf(name, sizeof name, "data_batch_%d", batch);
        if (find_batch(path, folder, name) &&
            (read_batch(r, path, fault) || keep_part(r, first, split, path, fault)))
            return -1;
    }
    if (!r->count)
        return fault_set(fault, "%s/cifar-10: none of data_batch_1.bin to data_batch_5.bin, plain "
                         "or .gz; get them with specs/fetch-data and name their folder with "
                         "--data or STEADFAST_DATA", folder);
    return 0;
}

static int read_test(struct records *r, const char *folder, struct fault *fault)
{
    char path[PATH];
    if (!find_batch(path, folder, "test_batch") &&
        !find_batch(path, folder, "test_batch_first1000"))
        return fault_set(fault, "%s/cifar-10: neither test_batch.bin nor "
                         "test_batch_first1000.bin, plain or .gz; get it with specs/fetch-data "
                         "and name its folder with --data or STEADFAST_DATA", folder);
    return read_batch(r, path, fault);
}

static void fill(struct dataset *set, const struct records *r, const double *mean,
                 const double *deviation)
{
    float value[COLOURS][256]; /* of every byte */
    for (int c = 0; c < COLOURS; c++)
        for (int byte = 0; byte < 256; byte++)
            value[c][byte] = (float)((byte / 255.0 - mean[c]) / deviation[c]);
    set->count = r->count;
    set->features = PIXELS;
    set->classes = CLASSES;
    set->inputs = fault_alloc_aligned(set->count * PIXELS, sizeof(float));
    set->labels = fault_alloc(set->count, 1);
    for (int c = 0; c < COLOURS; c++)
        set->black[c] = value[c][0];
    for (size_t i = 0; i < set->count; i++) {
        const uint8_t *record = r->bytes + i * RECORD;
        set->labels[i] = record[0];
        for (size_t p = 0; p < PIXELS; p++)
            set->inputs[i * PIXELS + p] = value[p / PLANE][record[1 + p]];
    }
}

int cifar_load(struct dataset *set, const json_t *input, enum split split, const char *folder,
               struct fault *fault)
{
    static const char *const keys[] = {"shape", "mean", "std", NULL};
    double mean[COLOURS], deviation[COLOURS];
    struct records r = {0};
    if (input_keys(input, keys, fault) || input_numbers(input, "mean", COLOURS, mean, fault) ||
        input_divisors(input, "std", COLOURS, deviation, fault))
        return -1;
    int bad = split == SPLIT_TEST ? read_test(&r, folder, fault)
                                  : read_training(&r, split, folder, fault);
    if (!bad)
        fill(set, &r, mean, deviation);
    free(r.bytes);
    return bad;
}
