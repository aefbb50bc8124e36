#include "progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CELLS 24
#define PERIOD 0.1 /* seconds between drawings */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* "47s", "3m05s", "2h10m"; "--" when it cannot be told. */
static void spell_duration(double seconds, char text[16])
{
    if (!(seconds >= 0 && seconds < 359999.0)) {
        snprintf(text, 16, "--");
        return;
    }
    unsigned whole = (unsigned)ceil(seconds);
    if (whole < 60)
        snprintf(text, 16, "%us", whole);
    else if (whole < 3600)
        snprintf(text, 16, "%um%02us", whole / 60, whole % 60);
    else
        snprintf(text, 16, "%uh%02um", whole / 3600 % 100, whole / 60 % 60);
}

void progress_text(const struct progress *progress, double elapsed, char *text, size_t size)
{
    double fraction = progress->total ? (double)progress->done / (double)progress->total : 1.0;
    if (fraction > 1.0)
        fraction = 1.0;
    int full = (int)(fraction * CELLS);
    char bar[CELLS + 1], spent[16], left[16];
    memset(bar, '.', CELLS);
    memset(bar, '#', (size_t)full);
    bar[CELLS] = 0;
    spell_duration(elapsed, spent);
    spell_duration(fraction > 0 ? elapsed / fraction - elapsed : -1, left);
    snprintf(text, size, "%s [%s] %5.1f%%%s%s  %s, %s left", progress->label, bar,
             100 * fraction, progress->note[0] ? "  " : "", progress->note, spent, left);
}

static void draw(struct progress *progress, double time)
{
    char line[256];
    progress_text(progress, time - progress->started, line, sizeof line);
    fprintf(stderr, "\r%s\033[K", line);
    fflush(stderr);
    progress->drawn = time;
}

void progress_begin(struct progress *progress, const char *label, size_t total, int quiet)
{
    memset(progress, 0, sizeof *progress);
    progress->label = label;
    progress->total = total;
    progress->shown = !quiet && isatty(STDERR_FILENO);
    progress->started = now();
    if (progress->shown)
        draw(progress, progress->started);
}

void progress_add(struct progress *progress, size_t count)
{
    __atomic_add_fetch(&progress->done, count, __ATOMIC_RELAXED);
    /* Whoever finds the pen lying draws; nobody waits for it. */
    if (!progress->shown || __atomic_exchange_n(&progress->drawing, 1, __ATOMIC_ACQUIRE))
        return;
    double time = now();
    if (time - progress->drawn >= PERIOD)
        draw(progress, time);
    __atomic_store_n(&progress->drawing, 0, __ATOMIC_RELEASE);
}

void progress_note(struct progress *progress, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vsnprintf(progress->note, sizeof progress->note, format, values);
    va_end(values);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = 0;
}
