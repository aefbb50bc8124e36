/* claim.c -- see claim.h. */
#include "claim.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "jsonfile.h"

#define CLAIM_BYTES 65536

int claim_is(const char *path)
{
    FILE *file = fopen(path, "rb");
    int first = file ? getc(file) : EOF;
    if (file)
        fclose(file);
    return first == '{';
}

/* A member's text into a buffer; -1 if it is longer or holds a zero. */
static int take(json_t *value, char *into, size_t size)
{
    size_t length = json_string_length(value);
    const char *text = json_string_value(value);
    if (!text || length >= size || strlen(text) != length)
        return -1;
    memcpy(into, text, length + 1);
    return 0;
}

static int is_digest(const char *text)
{
    return strlen(text) == DIGEST_HEX - 1 && strspn(text, "0123456789abcdef") == DIGEST_HEX - 1;
}

/* The model's path is meant from the claim's folder. */
static int locate(const char *claim, char model[CLAIM_PATH])
{
    char name[CLAIM_PATH];
    const char *slash = strrchr(claim, '/');
    if (model[0] == '/' || !slash)
        return 0;
    strcpy(name, model);
    int length = snprintf(model, CLAIM_PATH, "%.*s/%s", (int)(slash - claim), claim, name);
    return length < CLAIM_PATH ? 0 : -1;
}

/* Counts are whole and not negative. */
static int count_of(json_int_t value, size_t *count)
{
    *count = (size_t)value;
    return value < 0 || value > 1000000000 ? -1 : 0;
}

/* One text member: its name, value and buffer. */
struct member {
    const char *name;
    json_t *value;
    char *into;
    size_t size;
};

static int take_texts(const struct member *members, size_t count, const char *path,
                      struct fault *fault)
{
    for (size_t i = 0; i < count; i++)
        if (take(members[i].value, members[i].into, members[i].size))
            return fault_set(fault, "%.200s: \"%s\" is not a text, or is too long", path,
                             members[i].name);
    return 0;
}

static int understand(struct claim *c, json_t *root, const char *path, struct fault *fault)
{
    json_t *t[10] = {0}, *chip = NULL, *measured = NULL;
    const char *schema = "";
    json_int_t first, count, disjuncts, splits, certified;
    json_error_t error;
    if (json_unpack_ex(root, &error, JSON_STRICT,
                       "{s:s, s:{s:o, s:o!}, s:{s:o, s:o, s:I, s:I!}, s:{s:o, s:o, s:b, s:b!},"
                       " s:o, s:{s:o, s:I, s:I!}, s:I, s?o, s?o !}",
                       "schema", &schema, "model", "path", &t[0], "sha256", &t[1], "data", "split",
                       &t[2], "sha256", &t[3], "first", &first, "count", &count, "box", "kind",
                       &t[4], "zeta", &t[5], "exact_bias", &c->exact_bias, "folded_bias",
                       &c->folded_bias, "criterion", &t[6], "proof", "domain", &t[7],
                       "disjuncts", &disjuncts, "splits", &splits, "certified", &certified,
                       "chip_yield", &chip, "measured", &measured))
        return fault_set(fault, "%.200s: not a claim: %.200s (specs/claim.md)", path, error.text);
    c->has_yield = chip != NULL;
    if (chip && json_unpack_ex(chip, &error, JSON_STRICT, "{s:o, s:o !}", "sigma", &t[8],
                               "probability", &t[9]))
        return fault_set(fault, "%.200s: chip_yield: %.200s (specs/claim.md)", path, error.text);
    if (strcmp(schema, CLAIM_SCHEMA))
        return fault_set(fault, "%.200s: the schema is '%.40s', not " CLAIM_SCHEMA, path, schema);
    const struct member members[] = {
        {"path", t[0], c->model, sizeof c->model},
        {"sha256", t[1], c->model_sha256, sizeof c->model_sha256},
        {"split", t[2], c->split, sizeof c->split},
        {"sha256", t[3], c->data_sha256, sizeof c->data_sha256},
        {"kind", t[4], c->box, sizeof c->box},
        {"zeta", t[5], c->zeta, sizeof c->zeta},
        {"criterion", t[6], c->criterion, sizeof c->criterion},
        {"domain", t[7], c->domain, sizeof c->domain},
        {"sigma", t[8], c->sigma, sizeof c->sigma},
        {"probability", t[9], c->probability, sizeof c->probability},
    };
    if (take_texts(members, chip ? 10 : 8, path, fault))
        return -1;
    if (!is_digest(c->model_sha256) || !is_digest(c->data_sha256))
        return fault_set(fault, "%.200s: a sha256 is not 64 lower-case hexadecimal digits", path);
    if (count_of(first, &c->first) || count_of(count, &c->count) ||
        count_of(disjuncts, &c->disjuncts) || count_of(splits, &c->splits) ||
        count_of(certified, &c->certified) || c->count == 0)
        return fault_set(fault, "%.200s: a count is negative or absurd", path);
    if (c->certified > c->count)
        return fault_set(fault, "%.200s: %zu samples are promised, and %zu spoken about", path,
                         c->certified, c->count);
    struct fault why;
    if (claim_promises_read(c->promises, measured, &why))
        return fault_set(fault, "%.200s: %.300s", path, why.text);
    if (locate(path, c->model))
        return fault_set(fault, "%.200s: the model's path is too long", path);
    return 0;
}

int claim_read(struct claim *claim, const char *path, struct fault *fault)
{
    json_error_t error;
    FILE *file = fopen(path, "rb");
    if (!file)
        return fault_set(fault, "%.200s: the claim cannot be read: %s", path, strerror(errno));
    char *text = fault_alloc(CLAIM_BYTES, 1);
    size_t length = fread(text, 1, CLAIM_BYTES, file);
    fclose(file);
    json_t *root = length < CLAIM_BYTES
                       ? json_loadb(text, length, JSON_REJECT_DUPLICATES, &error) : NULL;
    free(text);
    if (!root && length == CLAIM_BYTES)
        return fault_set(fault, "%.200s: too long for a claim", path);
    if (!root)
        return fault_set(fault, "%.200s:%d: %.200s", path, error.line, error.text);
    *claim = (struct claim){0};
    int failed = understand(claim, root, path, fault);
    json_decref(root);
    return failed;
}

int claim_write(const struct claim *c, const char *path, struct fault *fault)
{
    json_t *root = json_pack(
        "{s:s, s:{s:s, s:s}, s:{s:s, s:s, s:I, s:I}, s:{s:s, s:s, s:b, s:b}, s:s,"
        " s:{s:s, s:I, s:I}, s:I}", "schema", CLAIM_SCHEMA, "model", "path", c->model, "sha256",
        c->model_sha256, "data", "split", c->split, "sha256", c->data_sha256, "first",
        (json_int_t)c->first, "count", (json_int_t)c->count, "box", "kind", c->box, "zeta",
        c->zeta, "exact_bias", c->exact_bias, "folded_bias", c->folded_bias, "criterion",
        c->criterion, "proof", "domain", c->domain, "disjuncts", (json_int_t)c->disjuncts,
        "splits", (json_int_t)c->splits, "certified", (json_int_t)c->certified);
    require(root);
    if (c->has_yield)
        json_object_set_new(root, "chip_yield",
                            json_pack("{s:s, s:s}", "sigma", c->sigma, "probability",
                                      c->probability));
    json_t *measured = claim_promises_json(c->promises);
    if (measured)
        json_object_set_new(root, "measured", measured);
    return jsonfile_write(root, path, fault);
}
