/* box_form.c -- what a user says of a box; see box.h. */
#include <stdlib.h>
#include <string.h>

#include "box.h"
#include "box_read.h"
#include "decimal.h"

static const char *const names[] = {"relative", "absolute", "range",
                                    "affine",   "quantised", "file",
                                    "pcm"};
#define KINDS (int)(sizeof names / sizeof *names)

#define MOST_BITS 32

const char *box_kind_name(enum box_kind kind)
{
    return names[kind];
}

/* The kind whose name begins `text`, up to its end or a colon; -1 for another word. */
static int kind_of(const char *text)
{
    size_t length = strcspn(text, ":");
    for (int i = 0; i < KINDS; i++)
        if (strlen(names[i]) == length && !strncmp(names[i], text, length))
            return i;
    return -1;
}

int box_read_size(const char *text, mpq_t value, struct fault *fault)
{
    if (decimal_parse(text, value, fault))
        return -1;
    return mpq_sgn(value) < 0
               ? fault_set(fault, "'%s' is negative; a box has a size of 0 or more", text)
               : 0;
}

static int parse_affine(struct box_form *form, const char *text, struct fault *fault)
{
    size_t first = strcspn(text, ",");
    if (text[first] != ',' || first >= sizeof form->part[0] ||
        strlen(text + first + 1) >= sizeof form->part[1])
        return fault_set(fault, "'affine:%.80s' is no box; write affine:A,B for A|w| + B max|w|, "
                         "e.g. affine:0.02,0.01", text);
    memcpy(form->part[0], text, first);
    form->part[0][first] = '\0';
    strcpy(form->part[1], text + first + 1);
    mpq_t value;
    mpq_init(value);
    int bad = box_read_size(form->part[0], value, fault) || box_read_size(form->part[1], value, fault);
    mpq_clear(value);
    return bad ? -1 : 0;
}

static int parse_bits(struct box_form *form, const char *text, struct fault *fault)
{
    char *end;
    unsigned long bits = strtoul(text, &end, 10);
    if (end == text || *end || text[0] == '-' || text[0] == '+' || bits < 2 || bits > MOST_BITS)
        return fault_set(fault, "'quantised:%.40s' is no box; write quantised:BITS with 2 to %d "
                         "bits, e.g. quantised:8", text, MOST_BITS);
    form->bits = (unsigned)bits;
    return 0;
}

/* The next part of text, up to an @ or its end, into `part`.  Returns what follows, NULL where it
 * does not fit. */
static const char *take_part(const char *text, char *part, size_t size)
{
    size_t length = strcspn(text, "@");
    if (!length || length >= size)
        return NULL;
    memcpy(part, text, length);
    part[length] = '\0';
    return text + length;
}

static int parse_pcm(struct box_form *form, const char *text, struct fault *fault)
{
    mpq_t value;
    const char *rest = take_part(text, form->part[0], sizeof form->part[0]);
    if (rest && *rest == '@')
        rest = take_part(rest + 1, form->part[1], sizeof form->part[1]);
    else
        rest = NULL;
    form->device[0] = '\0';
    if (rest && *rest == '@')
        rest = take_part(rest + 1, form->device, sizeof form->device);
    if (!rest || *rest)
        return fault_set(fault, "'pcm:%.80s' is no box; write pcm:K@T for K sigmas after T seconds, "
                         "e.g. pcm:2@3600, or pcm:2@3600@aihwkit", text);
    mpq_init(value);
    int bad = box_read_size(form->part[0], value, fault) || box_read_size(form->part[1], value, fault);
    mpq_clear(value);
    return bad ? -1 : 0;
}

int box_form_parse(struct box_form *form, const char *text, struct fault *fault)
{
    int kind = kind_of(text);
    const char *colon = strchr(text, ':');
    int wants = kind >= BOX_AFFINE;
    if (kind < 0 || wants != (colon != NULL) || (colon && !colon[1]))
        return fault_set(fault, "'%.80s' is unknown; choose relative, absolute, range, affine:A,B, "
                         "quantised:BITS, file:PATH or pcm:K@T", text);
    form->kind = (enum box_kind)kind;
    form->typed = text;
    if (kind == BOX_AFFINE)
        return parse_affine(form, colon + 1, fault);
    if (kind == BOX_QUANTISED)
        return parse_bits(form, colon + 1, fault);
    if (kind == BOX_FILE)
        form->path = colon + 1;
    return kind == BOX_PCM ? parse_pcm(form, colon + 1, fault) : 0;
}

int box_form_sized(const struct box_form *form)
{
    return form->kind >= BOX_AFFINE;
}

int box_form_beyond(const struct box_form *form)
{
    return (form->neuron ? BOX_NEURON : 0) | (form->digital ? BOX_DIGITAL : 0);
}
