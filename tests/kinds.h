/* kinds.h -- what an auditor says of each kind of defect, without numbers and names.
 *
 * A message belongs to one kind and a kind has one message; kinds_hear asserts both ways as it goes. */
#ifndef TESTS_KINDS_H
#define TESTS_KINDS_H

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "specs/fault.h"

/* What was heard so far. */
static struct {
    const char *kind;
    char message[512];
} kinds[256];
static size_t kinds_heard;

static int kinds_is_name(char c)
{
    return isalnum((unsigned char)c) || strchr("_-+./\\", c);
}

/* Words with a digit or a slash, what is quoted, and tensors' names become N. */
static void kinds_strip(const char *text, char *into, size_t size)
{
    size_t n = 0;
    while (*text && n + 2 < size) {
        const char *stop = text;
        int named = n >= 7 && !memcmp(into + n - 7, "tensor ", 7);
        if (*text == '\'' || *text == '"') {
            stop = strchr(text + 1, *text);
            stop = stop ? stop + 1 : text + strlen(text);
            named = 1;
        } else {
            while (*stop && kinds_is_name(*stop))
                stop++;
            for (const char *c = text; c < stop; c++)
                named |= isdigit((unsigned char)*c) || *c == '/';
            if (*stop == '\'' && stop > text && isalpha((unsigned char)stop[1]) && stop[-1] != ' ')
                stop += 2; /* an apostrophe */
            stop += stop == text;
        }
        if (named)
            into[n++] = 'N';
        for (; !named && text < stop && n + 2 < size; text++)
            into[n++] = *text;
        text = stop;
    }
    into[n] = 0;
}

/* After a rejection: these words are of this kind.  Equal kinds, and no others, have equal messages. */
static void kinds_hear(const char *kind, int status, const struct fault *words)
{
    char *message = kinds[kinds_heard].message;
    CU_ASSERT(status != 0);
    kinds_strip(words->text, message, sizeof kinds[0].message);
    if (!status || !*message)
        printf("%s: nothing is said\n", kind);
    CU_ASSERT(*message);
    for (size_t i = 0; i < kinds_heard; i++) {
        int good = !strcmp(kinds[i].kind, kind) == !strcmp(kinds[i].message, message);
        if (!good)
            printf("kinds and messages cross:\n  %s: %s\n  %s: %s\n", kinds[i].kind, kinds[i].message, kind, message);
        CU_ASSERT(good);
    }
    kinds[kinds_heard].kind = kind;
    require(++kinds_heard < sizeof kinds / sizeof *kinds);
}

/* How many kinds and how many messages there are. */
static void kinds_count(size_t *of_kinds, size_t *of_messages)
{
    *of_kinds = *of_messages = 0;
    for (size_t i = 0; i < kinds_heard; i++) {
        int kind_is_new = 1, message_is_new = 1;
        for (size_t k = 0; k < i; k++) {
            kind_is_new &= strcmp(kinds[k].kind, kinds[i].kind) != 0;
            message_is_new &= strcmp(kinds[k].message, kinds[i].message) != 0;
        }
        *of_kinds += (size_t)kind_is_new;
        *of_messages += (size_t)message_is_new;
    }
}
#endif
