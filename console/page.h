/* page.h -- a page of words, numbers and drawings, for a browser or for a terminal.
 *
 * For a browser it is one file that loads nothing from elsewhere; every text given is shown as it
 * is: what a browser would take for markup is escaped.  For a terminal it is plain text without
 * the drawings.  Parts appear in the order of the calls. */
#ifndef CONSOLE_PAGE_H
#define CONSOLE_PAGE_H

#include <stddef.h>

#include "specs/outfile.h"

struct page {
    struct outfile file;
    int plain;            /* text */
    const char *headline; /* borrowed */
};

/* Begin a page in a file, for a browser, or on standard output, as text (path NULL).  The headline
 * is above all else, or in a text below.  Returns 0, or -1 with the reason and nothing to
 * close. */
int page_open(struct page *page, const char *path, const char *title, const char *headline,
              struct fault *fault) __attribute__((warn_unused_result));

/* End it, and let it appear; a file appears whole or not at all.  Returns 0, or -1 with the
 * reason. */
int page_close(struct page *page, struct fault *fault) __attribute__((warn_unused_result));

/* A paragraph, which begins with `lead`, in bold, if that is not NULL. */
void page_paragraph(struct page *page, const char *lead, const char *text);

/* A table of names and values. */
void page_table(struct page *page, const char *const rows[][2], size_t count);

/* Numbers of things of each kind, and how many of them have some property: a table with these two
 * titles, drawn as bars, `part` the filled part of `whole`.  The longest may be `most`. */
struct page_bar {
    const char *name;
    size_t whole, part;
};
void page_bars(struct page *page, const char *title, const char *whole, const char *part,
               const struct page_bar *bars, size_t count, size_t most);

/* A curve through `count` shares from 0 to 1, evenly spaced, the first and last one's names below;
 * nothing in a text.  `id` is its name on this page, for tests. */
void page_curve(struct page *page, const char *id, const char *title, const double *shares,
                size_t count, const char *first, const char *last);

#endif
