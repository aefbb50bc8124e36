/* certificate_linear.c -- see certificate_linear.h. */
#include "certificate_linear.h"

#include <math.h>
#include <string.h>

#define MOST_UNITS ((size_t)1 << 52) /* so that sums of two are exact */
#define MOST_EXPONENT 900

static int malformed(struct linear_text *t, const char *expected)
{
    return fault_set(t->fault, "evidence: expected %s", expected);
}

int linear_end(struct linear_text *t, const char *expected)
{
    return text_word(&t->text, "\n") ? malformed(t, expected) : 0;
}

int linear_head(struct linear_text *t, const char *name, size_t index)
{
    size_t read, exponent;
    if (text_word(&t->text, " ") || text_word(&t->text, name) || text_word(&t->text, " ") ||
        text_number(&t->text, index, &read) || read != index || text_word(&t->text, " ") ||
        text_number(&t->text, MOST_EXPONENT, &exponent) || text_word(&t->text, "\n"))
        return fault_set(t->fault, "evidence: expected '%s' of layer %zu", name, index);
    t->unit = ldexp(1, -(int)exponent);
    return 0;
}

int linear_bounds(struct linear_text *t, size_t index, enum linear_source *source)
{
    struct text ahead = t->text;
    size_t read;
    int found = text_word(&ahead, " bounds ");
    *source = LINEAR_INTERVALS;
    if ((found && text_word(&ahead, " found ")) || text_number(&ahead, index, &read) ||
        read != index)
        return 0; /* a line about something else */
    *source = found ? LINEAR_FOUND : LINEAR_CLAIMED;
    if (!found)
        return linear_head(t, "bounds", index);
    t->text = ahead;
    return linear_end(t, "the end of the line after 'found'");
}

/* " LOW+WIDTH" */
int linear_value(struct linear_text *t, double *low, double *high)
{
    size_t size, width;
    if (text_word(&t->text, " "))
        return malformed(t, "a blank before each value");
    int minus = !text_word(&t->text, "-");
    if (text_number(&t->text, MOST_UNITS, &size) || (minus && !size) || text_word(&t->text, "+") ||
        text_number(&t->text, MOST_UNITS, &width))
        return malformed(t, "a value's bounds, LOW+WIDTH");
    *low = minus ? -(double)size : (double)size;
    *high = (*low + (double)width) * t->unit;
    *low *= t->unit;
    return 0;
}

static int read_member(struct linear_text *t, size_t members, size_t *member)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    const char *digit = t->text.at < t->text.end ? memchr(digits, *t->text.at, members) : NULL;
    if (!digit)
        return -1;
    *member = (size_t)(digit - digits);
    t->text.at++;
    return 0;
}

/* "TR..." behind a colon */
static int read_rivals(struct linear_text *t, size_t members, struct linear_window *w)
{
    size_t last = 0, i;
    if (read_member(t, members, &w->top))
        return malformed(t, "a window's top");
    int listed = w->top == w->winner;
    w->named[w->top] = 1;
    for (; !read_member(t, members, &i); last = i + 1) {
        if (i < last || i == w->top)
            return malformed(t, "a window's rivals by rising number");
        listed |= i == w->winner;
        w->named[i] = 1;
    }
    if (!listed || (w->top == w->winner && !last))
        return malformed(t, "a window's rivals, the winner among them");
    return 0;
}

/* " W", " W+EXCESS" or " W:TOP..." */
int linear_window(struct linear_text *t, size_t members, struct linear_window *w)
{
    size_t number;
    *w = (struct linear_window){.excess = 0};
    if (text_word(&t->text, " ") || read_member(t, members, &w->winner))
        return malformed(t, "a window's winner");
    w->top = w->winner;
    w->named[w->winner] = 1;
    if (!text_word(&t->text, ":"))
        return read_rivals(t, members, w);
    if (!text_word(&t->text, "+")) {
        if (text_number(&t->text, MOST_UNITS, &number) || !number)
            return malformed(t, "a window's excess");
        w->excess = (double)number * t->unit;
    }
    return 0;
}

int linear_margin(struct linear_text *t, size_t class, double *margin)
{
    size_t number;
    if (text_word(&t->text, " ") || text_number(&t->text, MOST_UNITS, &number))
        return malformed(t, "a margin");
    if (!number)
        return fault_set(t->fault, "the margin over class %zu is not positive", class);
    *margin = (double)number * t->unit;
    return 0;
}
