/* claim_promises.c -- see claim_promises.h. */
#include "claim_promises.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CHIPS 10000

const char *const claim_measure_names[CLAIM_MEASURES] = {"attack", "mismatch", "pcm"};

/* Text into a buffer; -1 if it does not fit. */
static int put(char *into, size_t size, const char *text)
{
    return (size_t)snprintf(into, size, "%s", text) < size ? 0 : -1;
}

static int check(const struct claim_promise *p, enum claim_measure kind, struct fault *fault)
{
    if (p->chips < 1 || p->chips > MOST_CHIPS || (kind == CLAIM_ATTACK && p->chips != 1))
        return fault_set(fault, "%s: chips from 1 to %d, of an attack 1", claim_measure_names[kind],
                         MOST_CHIPS);
    return 0;
}

static int read_one(struct claim_promise *p, enum claim_measure kind, json_t *value,
                    struct fault *fault)
{
    const char *how, *size;
    json_int_t chips, correct;
    json_error_t error;
    if (json_unpack_ex(value, &error, JSON_STRICT, "{s:s, s:s, s:I, s:I !}", "how", &how, "size",
                       &size, "chips", &chips, "correct", &correct))
        return fault_set(fault, "%s: %.200s (specs/claim.md)", claim_measure_names[kind],
                         error.text);
    if (put(p->how, sizeof p->how, how) || put(p->size, sizeof p->size, size))
        return fault_set(fault, "%s: a text is too long", claim_measure_names[kind]);
    if (chips < 0 || correct < 0 || correct > 1000000000000)
        return fault_set(fault, "%s: a count is negative or absurd", claim_measure_names[kind]);
    p->made = 1;
    p->chips = (size_t)chips;
    p->correct = (size_t)correct;
    return check(p, kind, fault);
}

int claim_promises_read(struct claim_promise *promises, json_t *measured, struct fault *fault)
{
    const char *name;
    json_t *value;
    if (!measured)
        return 0;
    if (!json_is_object(measured) || !json_object_size(measured))
        return fault_set(fault, "\"measured\" is not an object of promises");
    json_object_foreach(measured, name, value) {
        int kind = 0;
        while (kind < CLAIM_MEASURES && strcmp(name, claim_measure_names[kind]))
            kind++;
        if (kind == CLAIM_MEASURES)
            return fault_set(fault, "\"measured\" has no \"%.40s\"; attack, mismatch or pcm", name);
        if (read_one(&promises[kind], (enum claim_measure)kind, value, fault))
            return -1;
    }
    return 0;
}

json_t *claim_promises_json(const struct claim_promise *promises)
{
    json_t *measured = NULL;
    for (int kind = 0; kind < CLAIM_MEASURES; kind++) {
        const struct claim_promise *p = &promises[kind];
        if (!p->made)
            continue;
        measured = measured ? measured : json_object();
        json_object_set_new(measured, claim_measure_names[kind],
                            json_pack("{s:s, s:s, s:I, s:I}", "how", p->how, "size", p->size,
                                      "chips", (json_int_t)p->chips, "correct",
                                      (json_int_t)p->correct));
    }
    return measured;
}

int claim_promises_parse(struct claim_promise *promises, const char *text, struct fault *fault)
{
    char kind_name[16], end;
    struct claim_promise p = {.made = 1, .chips = 1};
    int fields = sscanf(text, "%15[a-z]:%63[^:]:%63[^:]:%zu%c", kind_name, p.how, p.size, &p.chips,
                        &end);
    for (int kind = 0; kind < CLAIM_MEASURES; kind++)
        if (fields == (kind == CLAIM_ATTACK ? 3 : 4) &&
            !strcmp(kind_name, claim_measure_names[kind])) {
            promises[kind] = p;
            return check(&p, (enum claim_measure)kind, fault);
        }
    return fault_set(fault, "'%.100s' is not attack:PRESET:ZETA, mismatch:MODEL:DEVIATION:CHIPS or "
                     "pcm:DEVICE:SECONDS:CHIPS", text);
}
