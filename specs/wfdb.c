/* wfdb.c -- see wfdb.h. */
#include "wfdb.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SAMPLES ((size_t)1 << 26)
#define PATH 4200

struct header {
    size_t count;
    int first[WFDB_LEADS], checksum[WFDB_LEADS];
};

static unsigned char *read_file(const char *path, size_t *length, struct fault *fault)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        fault_set(fault, "%s: %s; a record needs its .hea, .dat and .atr file: get them with "
                  "specs/fetch-data and name their folder with --data or STEADFAST_DATA", path,
                  strerror(errno));
        return NULL;
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    if (size < 0 || (size_t)size > 3 * MOST_SAMPLES) {
        fclose(file);
        fault_set(fault, "%s: has an absurd size", path);
        return NULL;
    }
    unsigned char *bytes = fault_alloc((size_t)size + 1, 1);
    *length = fread(bytes, 1, (size_t)size, file);
    fclose(file);
    return bytes;
}

static int signal_line(struct header *header, int lead, const char *line, const char *path,
                       struct fault *fault)
{
    char format[16];
    int zero, resolution;
    if (sscanf(line, "%*s %15s %*s %d %d %d %d", format, &resolution, &zero,
               &header->first[lead], &header->checksum[lead]) != 5)
        return fault_set(fault, "%s: line %d: no signal line of a WFDB header", path, lead + 2);
    if (strcmp(format, "212"))
        return fault_set(fault, "%s: line %d: format %s; only format 212 is read", path,
                         lead + 2, format);
    return 0;
}

static int parse_header(struct header *header, char *text, const char *path,
                        struct fault *fault)
{
    int leads = 0, line_number = 0;
    char *rest = text, *line;
    while (line_number <= WFDB_LEADS && (line = strsep(&rest, "\n"))) {
        if (*line == '#' || *line == '\r' || !*line)
            continue;
        if (line_number == 0) {
            if (sscanf(line, "%*s %d %*s %zu", &leads, &header->count) != 2)
                return fault_set(fault, "%s: line 1: no record line of a WFDB header", path);
            if (leads != WFDB_LEADS || header->count < 2 || header->count > MOST_SAMPLES)
                return fault_set(fault, "%s: line 1: %d signals of %zu samples; 2 signals of at "
                                 "most %zu are read", path, leads, header->count, MOST_SAMPLES);
        } else if (signal_line(header, line_number - 1, line, path, fault)) {
            return -1;
        }
        line_number++;
    }
    if (line_number <= WFDB_LEADS)
        return fault_set(fault, "%s: ends before its %d signal lines", path, WFDB_LEADS);
    return 0;
}

static int read_header(struct header *header, const char *path, struct fault *fault)
{
    size_t length;
    unsigned char *bytes = read_file(path, &length, fault);
    if (!bytes)
        return -1;
    int bad = parse_header(header, (char *)bytes, path, fault);
    free(bytes);
    return bad;
}

static int16_t twelve_bits(unsigned value)
{
    return (int16_t)(value & 0x800 ? (int)value - 0x1000 : (int)value);
}

/* Format 212: two 12-bit samples, one of each lead, in three bytes. */
static void unpack(struct wfdb *record, const unsigned char *bytes)
{
    for (size_t i = 0; i < record->count; i++) {
        const unsigned char *at = bytes + 3 * i;
        record->lead[0][i] = twelve_bits((unsigned)(at[1] & 0x0f) << 8 | at[0]);
        record->lead[1][i] = twelve_bits((unsigned)(at[1] >> 4) << 8 | at[2]);
    }
}

static int check_signal(const struct wfdb *record, const struct header *header,
                        const char *path, struct fault *fault)
{
    for (int lead = 0; lead < WFDB_LEADS; lead++) {
        uint16_t sum = 0;
        for (size_t i = 0; i < record->count; i++)
            sum = (uint16_t)(sum + (uint16_t)record->lead[lead][i]);
        if (record->lead[lead][0] != header->first[lead] ||
            (int16_t)sum != (int16_t)header->checksum[lead])
            return fault_set(fault, "%s: signal %d has first value %d and checksum %d, the "
                             "header says %d and %d; fetch the record again", path, lead,
                             record->lead[lead][0], (int16_t)sum, header->first[lead],
                             header->checksum[lead]);
    }
    return 0;
}

static int read_signals(struct wfdb *record, const struct header *header, const char *path,
                        struct fault *fault)
{
    size_t length;
    unsigned char *bytes = read_file(path, &length, fault);
    if (!bytes)
        return -1;
    record->count = header->count;
    int bad = 0;
    if (length != 3 * record->count)
        bad = fault_set(fault, "%s: %zu bytes, but %zu samples of 2 signals need %zu; it is cut "
                        "short or another record's", path, length, record->count,
                        3 * record->count);
    for (int lead = 0; !bad && lead < WFDB_LEADS; lead++)
        record->lead[lead] = fault_alloc(record->count, sizeof(int16_t));
    if (!bad)
        unpack(record, bytes);
    free(bytes);
    return bad ? bad : check_signal(record, header, path, fault);
}

/* Annotation words: code in the upper 6 bits, time step (or data) in the lower 10. */
enum { CODE_SKIP = 59, CODE_NUM, CODE_SUB, CODE_CHN, CODE_AUX };

static int parse_annotations(struct wfdb *record, const unsigned char *bytes, size_t length,
                             const char *path, struct fault *fault)
{
    long long now = 0;
    record->annotations = fault_alloc(length / 2 + 1, sizeof *record->annotations);
    for (size_t at = 0; at + 2 <= length;) {
        unsigned word = bytes[at] | (unsigned)bytes[at + 1] << 8;
        unsigned code = word >> 10, data = word & 0x3ff;
        at += 2;
        if (word == 0)
            return 0;
        if (code == CODE_SKIP) {
            if (at + 4 > length)
                break;
            now += (int32_t)((uint32_t)bytes[at + 1] << 24 | (uint32_t)bytes[at] << 16 |
                             (uint32_t)bytes[at + 3] << 8 | bytes[at + 2]);
            at += 4;
        } else if (code == CODE_AUX) {
            at += data + (data & 1);
        } else if (code < CODE_SKIP) {
            now += data;
            if (now < 0 || (size_t)now >= record->count)
                return fault_set(fault, "%s: offset %zu: an annotation at sample %lld, outside "
                                 "the record's %zu", path, at - 2, now, record->count);
            record->annotations[record->annotation_count++] =
                (struct wfdb_beat){(size_t)now, (uint8_t)code};
        }
    }
    return fault_set(fault, "%s: ends without its end mark; it is cut short, fetch it again",
                     path);
}

static int read_annotations(struct wfdb *record, const char *path, struct fault *fault)
{
    size_t length;
    unsigned char *bytes = read_file(path, &length, fault);
    if (!bytes)
        return -1;
    int bad = parse_annotations(record, bytes, length, path, fault);
    free(bytes);
    return bad;
}

int wfdb_read(struct wfdb *record, const char *folder, const char *name, struct fault *fault)
{
    char path[PATH];
    struct header header;
    *record = (struct wfdb){0};
    snprintf(path, sizeof path, "%.4000s/%.100s.hea", folder, name);
    int bad = read_header(&header, path, fault);
    snprintf(path, sizeof path, "%.4000s/%.100s.dat", folder, name);
    bad = bad || read_signals(record, &header, path, fault);
    snprintf(path, sizeof path, "%.4000s/%.100s.atr", folder, name);
    bad = bad || read_annotations(record, path, fault);
    if (bad) {
        wfdb_clear(record);
        return -1;
    }
    return 0;
}

void wfdb_clear(struct wfdb *record)
{
    for (int lead = 0; lead < WFDB_LEADS; lead++)
        free(record->lead[lead]);
    free(record->annotations);
    *record = (struct wfdb){0};
}
