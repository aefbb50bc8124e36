#include "state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "specs/digest.h"
#include "specs/outfile.h"

#define ARRAYS 4
#define LEAD 24 /* magic and length */

static const char magic[] = "steadfast ckpt 1";

void state_init(struct state *state, size_t parameters, size_t trainable,
                enum optimiser_kind kind)
{
    memset(state, 0, sizeof *state);
    state->parameters = parameters;
    state->theta = fault_alloc_aligned(parameters, sizeof(float));
    state->best = fault_alloc_aligned(parameters, sizeof(float));
    optimiser_init(&state->optimiser, kind, trainable);
    state->log = fault_alloc(1, 1);
}

void state_clear(struct state *state)
{
    free(state->theta);
    free(state->best);
    free(state->log);
    optimiser_clear(&state->optimiser);
    memset(state, 0, sizeof *state);
}

void state_log(struct state *state, const char *format, ...)
{
    char line[512];
    va_list values;
    va_start(values, format);
    vsnprintf(line, sizeof line, format, values);
    va_end(values);
    size_t length = strlen(state->log) + strlen(line) + 1;
    char *longer = fault_alloc(length, 1);
    snprintf(longer, length, "%s%s", state->log, line);
    free(state->log);
    state->log = longer;
}

struct array {
    float *values;
    size_t bytes;
};

static void arrays_of(const struct state *state, struct array arrays[ARRAYS])
{
    const struct optimiser *o = &state->optimiser;
    size_t all = state->parameters * sizeof(float), moved = o->count * sizeof(float);
    arrays[0] = (struct array){state->theta, all};
    arrays[1] = (struct array){state->best, all};
    arrays[2] = (struct array){o->m, moved};
    arrays[3] = (struct array){o->v, moved};
}

static void digest_arrays(const struct state *state, char hex[DIGEST_HEX])
{
    struct array arrays[ARRAYS];
    struct digest digest;
    arrays_of(state, arrays);
    digest_begin(&digest);
    for (int i = 0; i < ARRAYS; i++)
        digest_add(&digest, arrays[i].values, arrays[i].bytes);
    digest_end(&digest, hex);
}

static char *print_header(const struct state *state, const json_t *settings)
{
    char hex[DIGEST_HEX], loss[40], robust[40];
    digest_arrays(state, hex);
    snprintf(loss, sizeof loss, "%a", state->loss);
    snprintf(robust, sizeof robust, "%a", state->robust);
    json_t *header = json_pack(
        "{s:O, s:I, s:I, s:I, s:I, s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:s}",
        "settings", settings, "parameters", (json_int_t)state->parameters,
        "epoch", (json_int_t)state->epoch, "batch", (json_int_t)state->batch,
        "step", (json_int_t)state->optimiser.step, "loss", loss, "robust", robust,
        "correct", (json_int_t)state->correct, "best_epoch", (json_int_t)state->best_epoch,
        "best_correct", (json_int_t)state->best_correct,
        "best_score", (json_int_t)state->best_score, "log", state->log, "sha256", hex);
    require(header);
    char *text = json_dumps(header, JSON_SORT_KEYS | JSON_COMPACT);
    require(text);
    json_decref(header);
    return text;
}

int state_write(const struct state *state, const json_t *settings, const char *path,
                struct fault *fault)
{
    struct outfile file;
    if (outfile_open(&file, path, fault))
        return -1;
    struct array arrays[ARRAYS];
    arrays_of(state, arrays);
    char *text = print_header(state, settings);
    uint64_t length = strlen(text);
    fwrite(magic, 1, 16, file.stream);
    fwrite(&length, 8, 1, file.stream);
    fwrite(text, 1, length, file.stream);
    for (int i = 0; i < ARRAYS; i++)
        fwrite(arrays[i].values, 1, arrays[i].bytes, file.stream);
    free(text);
    return outfile_commit(&file, fault);
}

/* The whole file, NULL with the reason. */
static char *slurp(const char *path, size_t *length, struct fault *fault)
{
    FILE *stream = fopen(path, "rb");
    struct stat about;
    if (!stream || fstat(fileno(stream), &about) || !S_ISREG(about.st_mode)) {
        if (stream)
            fclose(stream);
        fault_set(fault, "%s: no checkpoint to resume from; start without --resume", path);
        return NULL;
    }
    *length = (size_t)about.st_size;
    char *bytes = fault_alloc(*length + 1, 1);
    size_t got = fread(bytes, 1, *length, stream);
    fclose(stream);
    if (got == *length)
        return bytes;
    free(bytes);
    fault_set(fault, "%s: cannot be read", path);
    return NULL;
}

/* Is the header that of the run we are to go on with? */
static int check_settings(const json_t *header, const json_t *settings, const char *path,
                          struct fault *fault)
{
    json_t *theirs = json_object_get(header, "settings"), *ours;
    const char *key;
    json_object_foreach((json_t *)settings, key, ours) {
        json_t *other = json_object_get(theirs, key);
        if (other && json_equal(ours, other))
            continue;
        char *a = json_dumps(ours, JSON_ENCODE_ANY | JSON_COMPACT);
        char *b = other ? json_dumps(other, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
        fault_set(fault, "%s: is of another run: %s was %.150s there, %.150s here; "
                  "give the same flags and data, or start without --resume",
                  path, key, b ? b : "not set", a);
        free(a);
        free(b);
        return -1;
    }
    if (json_object_size(theirs) == json_object_size(settings))
        return 0;
    return fault_set(fault, "%s: is of another run with more settings; "
                     "give the same flags, or start without --resume", path);
}

static int take_header(struct state *state, const json_t *header, const char **hex)
{
    json_int_t parameters, epoch, batch, step, correct, best_epoch, best_correct, best_score;
    const char *loss, *robust, *log;
    if (json_unpack((json_t *)header,
                    "{s:I, s:I, s:I, s:I, s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:s}",
                    "parameters", &parameters, "epoch", &epoch, "batch", &batch, "step", &step,
                    "loss", &loss, "robust", &robust, "correct", &correct,
                    "best_epoch", &best_epoch, "best_correct", &best_correct,
                    "best_score", &best_score,
                    "log", &log, "sha256", hex))
        return -1;
    if ((size_t)parameters != state->parameters || epoch < 0 || batch < 0)
        return -1;
    state->epoch = (uint64_t)epoch;
    state->batch = (uint64_t)batch;
    state->optimiser.step = (uint64_t)step;
    state->loss = strtod(loss, NULL);
    state->robust = strtod(robust, NULL);
    state->correct = (uint64_t)correct;
    state->best_epoch = (uint64_t)best_epoch;
    state->best_correct = (uint64_t)best_correct;
    state->best_score = (uint64_t)best_score;
    free(state->log);
    state->log = strdup(log);
    require(state->log);
    return 0;
}

/* Fill `state` (fresh) from the file's bytes. */
static int parse(struct state *state, const json_t *settings, const char *bytes, size_t length,
                 const char *path, struct fault *fault)
{
    struct array arrays[ARRAYS];
    size_t payload = 0;
    uint64_t text = 0;
    arrays_of(state, arrays);
    for (int i = 0; i < ARRAYS; i++)
        payload += arrays[i].bytes;
    if (length >= LEAD)
        memcpy(&text, bytes + 16, 8);
    if (length < LEAD || memcmp(bytes, magic, 16) != 0 || text > length - LEAD)
        return fault_set(fault, "%s: is no checkpoint, or cut off; start without --resume", path);
    json_t *header = json_loadb(bytes + LEAD, text, JSON_REJECT_DUPLICATES, NULL);
    const char *hex;
    char found[DIGEST_HEX];
    int bad = header ? check_settings(header, settings, path, fault) : 0;
    if (!bad && (!header || take_header(state, header, &hex) || length - LEAD - text != payload))
        bad = fault_set(fault, "%s: is damaged; start without --resume", path);
    if (!bad) {
        const char *at = bytes + LEAD + text;
        for (int i = 0; i < ARRAYS; at += arrays[i++].bytes)
            memcpy(arrays[i].values, at, arrays[i].bytes);
        digest_arrays(state, found);
        if (strcmp(found, hex) != 0)
            bad = fault_set(fault, "%s: is damaged (sha256 differs); start without --resume",
                            path);
    }
    json_decref(header);
    return bad;
}

int state_read(struct state *state, const json_t *settings, const char *path,
               struct fault *fault)
{
    size_t length;
    char *bytes = slurp(path, &length, fault);
    if (!bytes)
        return -1;
    struct state read;
    state_init(&read, state->parameters, state->optimiser.count, state->optimiser.kind);
    read.optimiser.momentum = state->optimiser.momentum;
    read.optimiser.weight_decay = state->optimiser.weight_decay;
    int bad = parse(&read, settings, bytes, length, path, fault);
    free(bytes);
    if (bad) {
        state_clear(&read);
        return -1;
    }
    state_clear(state);
    *state = read;
    return 0;
}
