/* progress.h -- one line on a terminal that says how far we are and how long it takes.
 *
 * Drawn on stderr, only when that is a terminal and not asked to be quiet; all
 * calls do nothing otherwise, so callers need not care.  The line is redrawn at
 * most ten times a second and wiped at the end. */
#ifndef CONSOLE_PROGRESS_H
#define CONSOLE_PROGRESS_H

#include <stddef.h>

struct progress {
    int shown;
    const char *label; /* borrowed */
    size_t total, done;
    double started, drawn; /* monotonic seconds */
    int drawing;           /* a thread is at it */
    char note[96];
};

/* Start a line for `total` units of work. */
void progress_begin(struct progress *progress, const char *label, size_t total, int quiet);

/* `count` more units are done.  May be called by many threads at once. */
void progress_add(struct progress *progress, size_t count);

/* Words shown after the bar, e.g. "loss 0.31".  For one thread only. */
void progress_note(struct progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Wipe the line; do so before printing anything else to the terminal. */
void progress_end(struct progress *progress);

/* The line itself, without colours or carriage returns, into text[size]:
 * label, bar, percentage, note, elapsed and remaining time after `elapsed` seconds. */
void progress_text(const struct progress *progress, double elapsed, char *text, size_t size);

#endif
