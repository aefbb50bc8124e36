/* journal.c -- see journal.h. */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "specs/digest.h"

#define MAGIC "steadfast/journal/1 "
#define CHECK 16 /* hexadecimal digits at a line's end */
#define LINE 512

struct record {
    const char *stage, *text;
    uint64_t item;
};

struct journal {
    char *path, *bytes; /* what was there; records point into it */
    char statement[DIGEST_HEX];
    int file, failed; /* failed: errno of the first write that did */
    char stage[JOURNAL_STAGE];
    struct record *records; /* sorted */
    size_t count;
};

/* The check of a line's `length` bytes. */
static void check_of(const struct journal *j, const char *line, size_t length, char *check)
{
    struct digest digest;
    char hex[DIGEST_HEX];
    digest_begin(&digest);
    digest_add(&digest, j->statement, DIGEST_HEX - 1);
    digest_add(&digest, line, length);
    digest_end(&digest, hex);
    memcpy(check, hex, CHECK);
    check[CHECK] = 0;
}

/* Split "STAGE ITEM TEXT CHECK" (changed in place).  Returns 0, or -1 if it is damaged. */
static int take_line(const struct journal *j, char *line, size_t length, struct record *record)
{
    char check[CHECK + 1], *end;
    if (length < CHECK + 2 || line[length - CHECK - 1] != ' ' || memchr(line, 0, length))
        return -1;
    check_of(j, line, length - CHECK - 1, check);
    if (memcmp(check, line + length - CHECK, CHECK))
        return -1;
    line[length - CHECK - 1] = 0;
    record->stage = line;
    char *item = strchr(line, ' ');
    if (!item)
        return -1;
    *item++ = 0;
    record->item = strtoull(item, &end, 10);
    record->text = end + (*end == ' ');
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    int order = strcmp(x->stage, y->stage);
    if (order)
        return order;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* Take the records after the heading, `bytes` long in all; a last line that is cut short or
 * damaged is left out.  Returns the length that is sound, or -1 with the reason. */
static ssize_t take_lines(struct journal *j, size_t bytes, size_t heading, struct fault *fault)
{
    size_t lines = 0, at = heading, number = 2;
    for (size_t i = heading; i < bytes; i++)
        lines += j->bytes[i] == '\n';
    j->records = fault_alloc(lines + 1, sizeof *j->records);
    while (at < bytes) {
        char *line = j->bytes + at, *end = memchr(line, '\n', bytes - at);
        size_t next = end ? (size_t)(end - j->bytes) + 1 : bytes;
        if (!end || take_line(j, line, (size_t)(end - line), &j->records[j->count])) {
            if (next < bytes)
                return fault_set(fault, "%.200s:%zu: damaged; remove the file to begin again",
                                 j->path, number);
            return (ssize_t)at;
        }
        j->count++;
        number++;
        at = next;
    }
    return (ssize_t)at;
}

static int write_all(int file, const char *text, size_t length)
{
    ssize_t written = write(file, text, length);
    if (written >= 0 && (size_t)written < length)
        errno = ENOSPC;
    return written >= 0 && (size_t)written == length ? 0 : -1;
}

/* What is in the file already: nothing, or this statement's heading and records. */
static int take_file(struct journal *j, int resume, struct fault *fault)
{
    char heading[128];
    struct stat stat;
    int length = snprintf(heading, sizeof heading, MAGIC "%s\n", j->statement);
    if (fstat(j->file, &stat))
        return fault_set(fault, "%.200s: cannot be read: %s", j->path, strerror(errno));
    size_t bytes = (size_t)stat.st_size;
    if (bytes && !resume)
        return fault_set(fault, "%.200s: there is a journal already; --resume continues it, or "
                         "remove it", j->path);
    j->bytes = fault_alloc(bytes + 1, 1);
    if (pread(j->file, j->bytes, bytes, 0) != stat.st_size)
        return fault_set(fault, "%.200s: cannot be read", j->path);
    ssize_t sound = 0;
    if (bytes >= (size_t)length) {
        if (memcmp(j->bytes, heading, (size_t)length))
            return fault_set(fault, "%.200s: not the journal of this run: it was begun with other "
                             "flags, files or another build", j->path);
        sound = take_lines(j, bytes, (size_t)length, fault);
    } else if (memcmp(j->bytes, heading, bytes)) {
        return fault_set(fault, "%.200s: no journal", j->path);
    }
    if (sound < 0)
        return -1;
    if (ftruncate(j->file, sound) || (!sound && write_all(j->file, heading, (size_t)length)))
        return fault_set(fault, "%.200s: cannot be written: %s", j->path, strerror(errno));
    if (j->count)
        qsort(j->records, j->count, sizeof *j->records, compare);
    return 0;
}

static void release(struct journal *j)
{
    if (j->file >= 0)
        close(j->file);
    free(j->path);
    free(j->bytes);
    free(j->records);
    free(j);
}

struct journal *journal_open(const char *path, const char *statement, int resume,
                             struct fault *fault)
{
    struct journal *j = fault_alloc(1, sizeof *j);
    j->path = strdup(path);
    require(j->path);
    digest_of(statement, strlen(statement), j->statement);
    j->file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (j->file < 0)
        fault_set(fault, "%.200s: cannot be written: %s", path, strerror(errno));
    if (j->file < 0 || take_file(j, resume, fault)) {
        release(j);
        return NULL;
    }
    return j;
}

int journal_close(struct journal *j, struct fault *fault)
{
    int failed = 0;
    if (!j)
        return 0;
    if (j->failed)
        failed = fault_set(fault, "%.200s: cannot be written: %s", j->path, strerror(j->failed));
    release(j);
    return failed;
}

void journal_stage(struct journal *j, const char *name)
{
    require(strlen(name) < JOURNAL_STAGE && !strpbrk(name, " \n"));
    strcpy(j->stage, name);
}

const char *journal_recall(const struct journal *j, size_t item)
{
    struct record wanted = {j->stage, NULL, item};
    const struct record *found =
        j->count ? bsearch(&wanted, j->records, j->count, sizeof wanted, compare) : NULL;
    return found ? found->text : NULL;
}

void journal_keep(struct journal *j, size_t item, const char *text)
{
    char line[LINE], check[CHECK + 1];
    int failed;
#pragma omp atomic read
    failed = j->failed;
    if (failed) /* the last line may be torn; one behind it would spoil the whole */
        return;
    int length = snprintf(line, sizeof line - CHECK - 2, "%s %zu %s", j->stage, item, text);
    require(length > 0 && (size_t)length < sizeof line - CHECK - 2);
    check_of(j, line, (size_t)length, check);
    int more = snprintf(line + length, sizeof line - (size_t)length, " %s\n", check);
    /* One write: appended whole, also beside other processes. */
    if (write_all(j->file, line, (size_t)(length + more)))
#pragma omp atomic write
        j->failed = errno ? errno : EIO;
}
