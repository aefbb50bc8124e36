/* history.c -- see history.h. */
#include "history.h"

#include "console/figure.h"

#define SCRIPT "training-curves.gp"

int history_check(const char *path, struct fault *fault)
{
    return figure_check(path, SCRIPT, fault);
}

static void write_epochs(const void *context, FILE *points)
{
    const struct state *state = context;
    fputs(state->log, points);
}

int history_draw(const struct state *state, const char *title, const char *path,
                 struct fault *fault)
{
    if (!*state->log)
        return 0;
    return figure_draw(path, SCRIPT, title, write_epochs, state, fault);
}
