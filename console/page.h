/* page.h -- a page for a browser, in one file that loads nothing from elsewhere.
 *
 * Every text given is shown as it is: what a browser would take for markup is escaped.  Parts
 * appear in the order of the calls.  The page appears whole or not at all. */
#ifndef CONSOLE_PAGE_H
#define CONSOLE_PAGE_H

#include <stddef.h>

#include "specs/outfile.h"

struct page {
    struct outfile file;
};

/* Begin a page.  Returns 0, or -1 with the reason and nothing to close. */
int page_open(struct page *page, const char *path, const char *title, struct fault *fault)
    __attribute__((warn_unused_result));

/* End it, and let it appear.  Returns 0, or -1 with the reason. */
int page_close(struct page *page, struct fault *fault) __attribute__((warn_unused_result));

/* A heading, of level 1 the page's, of 2 a section's; a paragraph, which begins with `lead` in bold
 * if that is not NULL. */
void page_heading(struct page *page, int level, const char *text);
void page_paragraph(struct page *page, const char *lead, const char *text);

/* A table of names and values. */
void page_table(struct page *page, const char *const rows[][2], size_t count);

/* Horizontal bars: `whole` outlined and written beside it, `part` of it filled.  The longest may
 * be `most`. */
struct page_bar {
    const char *name;
    size_t whole, part;
};
void page_bars(struct page *page, const char *label, const struct page_bar *bars, size_t count,
               size_t most);

/* A curve through `count` shares from 0 to 1, evenly spaced, the first and last one's names below.
 * `id` is its name on this page, for tests; `label`, here and above, says what is to be seen. */
void page_curve(struct page *page, const char *id, const char *label, const double *shares,
                size_t count, const char *first, const char *last);

#endif
