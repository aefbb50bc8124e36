/* certificate.c -- see certificate.h. */
#include "certificate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define MAGIC_LENGTH (sizeof CERTIFICATE_MAGIC - 1)
#define HEAD (MAGIC_LENGTH + 8)

static const char *const verdict_names[CERTIFICATE_VERDICTS] = {
    "certified box", "certified trace", "certified linear", "falsified",
    "misclassified", "unknown",         "unclaimed"};

const char *certificate_verdict_name(enum certificate_verdict verdict)
{
    return verdict_names[verdict];
}

int certificate_certifies(enum certificate_verdict verdict)
{
    return verdict == CERTIFIED_BOX || verdict == CERTIFIED_TRACE || verdict == CERTIFIED_LINEAR;
}

int certificate_claims(enum certificate_verdict verdict)
{
    return verdict != UNKNOWN && verdict != UNCLAIMED;
}

size_t certificate_certified(const size_t counts[CERTIFICATE_VERDICTS])
{
    return counts[CERTIFIED_BOX] + counts[CERTIFIED_TRACE] + counts[CERTIFIED_LINEAR];
}

/* Where reading is. */
struct reader {
    const char *at, *end;
    size_t line;
    struct fault *fault;
};

static int defect(struct reader *r, const char *what)
{
    return fault_set(r->fault, "line %zu: %s", r->line, what);
}

/* The next line without its end; lines of plain printable characters, single blanks only. */
static int next_line(struct reader *r, char *line, size_t size)
{
    const char *stop = memchr(r->at, '\n', (size_t)(r->end - r->at));
    r->line++;
    if (!stop)
        return defect(r, "the text ends too early");
    size_t length = (size_t)(stop - r->at);
    if (length >= size)
        return defect(r, "the line is too long");
    for (size_t i = 0; i < length; i++)
        if (r->at[i] < ' ' || r->at[i] > '~')
            return defect(r, "a character that is not printable");
    memcpy(line, r->at, length);
    line[length] = 0;
    r->at = stop + 1;
    return 0;
}

static int hex_digest(const char *s, char digest[DIGEST_HEX])
{
    if (strlen(s) != DIGEST_HEX - 1 || strspn(s, "0123456789abcdef") != DIGEST_HEX - 1)
        return -1;
    memcpy(digest, s, DIGEST_HEX);
    return 0;
}

/* A line "NAME VALUE"; *value is the end of line, a string. */
static int entry(struct reader *r, const char *name, char *line, size_t size, struct text *value)
{
    if (next_line(r, line, size))
        return -1;
    *value = (struct text){line, line + strlen(line)};
    if (text_word(value, name) || text_word(value, " "))
        return fault_set(r->fault, "line %zu: expected '%s'", r->line, name);
    return 0;
}

static int read_box(struct certificate *c, struct text value, struct reader *r)
{
    const char *space = strchr(value.at, ' ');
    char digest[DIGEST_HEX];
    size_t exact, folded, length = space ? (size_t)(space - value.at) : 0;
    if (!length || length >= sizeof c->box_typed)
        return defect(r, "the box is not described");
    memcpy(c->box_typed, value.at, length);
    value.at = space;
    if (text_word(&value, " exact-bias ") || text_number(&value, 1, &exact) ||
        text_word(&value, " folded-bias ") || text_number(&value, 1, &folded) ||
        value.at != value.end)
        return defect(r, "the box is not described");
    if (box_form_parse(&c->form, c->box_typed, r->fault))
        return -1;
    if (c->form.kind == BOX_PCM)
        return defect(r, "boxes of a device are not audited");
    if (c->form.kind == BOX_FILE && hex_digest(c->form.path, digest))
        return defect(r, "the box file's SHA-256 is not 64 hexadecimal digits");
    c->form.exact_bias = (int)exact;
    c->form.folded_bias = (int)folded;
    return 0;
}

static int read_statement(struct certificate *c, struct reader *r)
{
    char line[512];
    struct text value;
    if (entry(r, "semantics", line, sizeof line, &value))
        return -1;
    if (strcmp(value.at, CERTIFICATE_SEMANTICS))
        return defect(r, "another semantics; this program knows " CERTIFICATE_SEMANTICS);
    if (entry(r, "model", line, sizeof line, &value))
        return -1;
    if (hex_digest(value.at, c->model))
        return defect(r, "the model's SHA-256 is not 64 hexadecimal digits");
    if (entry(r, "split", line, sizeof line, &value))
        return -1;
    int split = split_from_name(value.at);
    if (split < 0)
        return defect(r, "the split is not test, valid or train");
    c->split = (enum split)split;
    if (entry(r, "data", line, sizeof line, &value))
        return -1;
    if (hex_digest(value.at, c->data))
        return defect(r, "the data's SHA-256 is not 64 hexadecimal digits");
    if (entry(r, "box", line, sizeof line, &value) || read_box(c, value, r))
        return -1;
    if (entry(r, "zeta", line, sizeof line, &value))
        return -1;
    if (strlen(value.at) >= sizeof c->zeta)
        return defect(r, "zeta is too long");
    strcpy(c->zeta, value.at);
    if (entry(r, "criterion", line, sizeof line, &value))
        return -1;
    return strcmp(value.at, "margin") ? defect(r, "the criterion is not margin") : 0;
}

static int read_counts(struct certificate *c, struct reader *r)
{
    char line[512];
    struct text value;
    if (entry(r, "samples", line, sizeof line, &value))
        return -1;
    if (text_number(&value, (size_t)1 << 40, &c->first) || text_word(&value, " ") ||
        text_number(&value, (size_t)1 << 40, &c->count) || value.at != value.end || !c->count)
        return defect(r, "the samples are not a first one and how many");
    if (c->first > CERTIFICATE_SAMPLES || c->count > CERTIFICATE_SAMPLES)
        return defect(r, "more than a million samples");
    for (int v = 0; v < CERTIFICATE_VERDICTS; v++) {
        if (entry(r, verdict_names[v], line, sizeof line, &value))
            return -1;
        if (text_number(&value, c->count, &c->counts[v]) || value.at != value.end)
            return defect(r, "not a count of samples");
    }
    return 0;
}

static int verdict_from_name(const char *name)
{
    for (int v = 0; v < CERTIFICATE_VERDICTS; v++)
        if (!strcmp(name, verdict_names[v]))
            return v;
    return -1;
}

/* Lines of evidence begin with a blank; which ones they must be is the checker's matter. */
static int skip_evidence(struct certificate_sample *sample, struct reader *r)
{
    sample->evidence.at = r->at;
    while (r->at < r->end && *r->at == ' ') {
        const char *stop = memchr(r->at, '\n', (size_t)(r->end - r->at));
        for (r->line++; r->at < (stop ? stop : r->end); r->at++)
            if (*r->at < ' ' || *r->at > '~')
                return defect(r, "a character that is not printable");
        r->at += stop != NULL;
    }
    sample->evidence.end = r->at;
    return 0;
}

static int read_sample(struct certificate *c, size_t i, struct reader *r)
{
    struct certificate_sample *sample = &c->samples[i];
    char line[128];
    size_t index, label;
    if (next_line(r, line, sizeof line))
        return -1;
    sample->line = r->line;
    struct text text = {line, line + strlen(line)};
    if (text_number(&text, 2 * CERTIFICATE_SAMPLES, &index) || text_word(&text, " ") ||
        text_number(&text, 100000, &label) || text_word(&text, " "))
        return defect(r, "a sample's line is its index, label and verdict");
    if (index != c->first + i)
        return fault_set(r->fault, "line %zu: sample %zu is expected here", r->line, c->first + i);
    int verdict = verdict_from_name(text.at);
    if (verdict < 0)
        return defect(r, "an unknown verdict");
    sample->label = (int)label;
    sample->verdict = (enum certificate_verdict)verdict;
    if (skip_evidence(sample, r))
        return -1;
    int shown = verdict == CERTIFIED_TRACE || verdict == CERTIFIED_LINEAR || verdict == FALSIFIED;
    if (shown != (sample->evidence.at != sample->evidence.end))
        return defect(r, shown ? "the evidence is missing" : "evidence for what needs none");
    return 0;
}

static int read_samples(struct certificate *c, struct reader *r)
{
    size_t counts[CERTIFICATE_VERDICTS] = {0};
    if ((size_t)(r->end - r->at) < 11 * c->count) /* the shortest line of a sample */
        return defect(r, "fewer lines than samples");
    c->samples = fault_alloc(c->count, sizeof *c->samples);
    for (size_t i = 0; i < c->count; i++) {
        if (read_sample(c, i, r))
            return -1;
        counts[c->samples[i].verdict]++;
    }
    if (r->at != r->end)
        return fault_set(r->fault, "line %zu: more lines than samples", r->line + 1);
    for (int v = 0; v < CERTIFICATE_VERDICTS; v++)
        if (counts[v] != c->counts[v])
            return fault_set(r->fault, "%zu samples are said to be %s, %zu are", c->counts[v],
                             verdict_names[v], counts[v]);
    return 0;
}

/* The text's last line is the digest of all before. */
static int check_digest(struct certificate *c, struct fault *fault)
{
    char digest[DIGEST_HEX];
    size_t tail = strlen("digest ") + DIGEST_HEX;
    if (c->length < tail || memcmp(c->text + c->length - tail, "digest ", 7) ||
        c->text[c->length - 1] != '\n')
        return fault_set(fault, "the last line is not a digest");
    digest_of(c->text, c->length - tail, digest);
    if (memcmp(c->text + c->length - DIGEST_HEX, digest, DIGEST_HEX - 1))
        return fault_set(fault, "the text does not have the digest that its last line says");
    memcpy(c->digest, digest, DIGEST_HEX);
    c->length -= tail;
    return 0;
}

static int unpack(struct certificate *c, const unsigned char *bytes, size_t length,
                  struct fault *fault)
{
    uint64_t size = 0;
    if (length < HEAD || memcmp(bytes, CERTIFICATE_MAGIC, MAGIC_LENGTH))
        return fault_set(fault, "this is no certificate of version 1");
    for (int i = 7; i >= 0; i--)
        size = size << 8 | bytes[MAGIC_LENGTH + (size_t)i];
    if (size > CERTIFICATE_TEXT || size > 1100 * (uint64_t)length)
        return fault_set(fault, "it claims a text of impossible length");
    uLongf written = (uLongf)size;
    uLong taken = (uLong)(length - HEAD);
    c->text = fault_alloc(size + 1, 1);
    int status = uncompress2((Bytef *)c->text, &written, bytes + HEAD, &taken);
    int longer = status == Z_BUF_ERROR && taken < length - HEAD; /* than its end is far */
    if (longer || (status == Z_OK && written != size))
        return fault_set(fault, "the text does not have the length that is written before it");
    if (status != Z_OK)
        return fault_set(fault, "the text cannot be decompressed");
    if (taken != length - HEAD)
        return fault_set(fault, "bytes after the end");
    c->length = size;
    return 0;
}

int certificate_parse(struct certificate *c, const unsigned char *bytes, size_t length,
                      struct fault *fault)
{
    *c = (struct certificate){.text = NULL};
    if (unpack(c, bytes, length, fault) || check_digest(c, fault)) {
        certificate_clear(c);
        return -1;
    }
    struct reader reader = {c->text, c->text + c->length, 0, fault};
    if (read_statement(c, &reader) || read_counts(c, &reader) || read_samples(c, &reader)) {
        certificate_clear(c);
        return -1;
    }
    return 0;
}

int certificate_read(struct certificate *c, const char *path, struct fault *fault)
{
    FILE *file = fopen(path, "rb");
    struct fault why;
    if (!file)
        return fault_set(fault, "%s: %s", path, strerror(errno));
    size_t capacity = 1 << 20, length = 0, got;
    unsigned char *bytes = fault_alloc(capacity, 1);
    while ((got = fread(bytes + length, 1, capacity - length, file)) > 0) {
        length += got;
        if (length == capacity && capacity < CERTIFICATE_TEXT) {
            unsigned char *more = realloc(bytes, capacity *= 2);
            require(more);
            bytes = more;
        }
    }
    int failed = ferror(file) ? fault_set(&why, "cannot be read") : 0;
    fclose(file);
    if (!failed)
        failed = certificate_parse(c, bytes, length, &why);
    free(bytes);
    return failed ? fault_set(fault, "%s: %s", path, why.text) : 0;
}

void certificate_clear(struct certificate *c)
{
    free(c->text);
    free(c->samples);
    *c = (struct certificate){.text = NULL};
}
