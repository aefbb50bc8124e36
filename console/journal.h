/* journal.h -- finished work, written down as it is finished, so that a killed run goes on.
 *
 * Work has stages, each with a name of its own, and items in each.  A journal belongs to one
 * statement of what is worked on; another statement's is refused.  Every record is one line with
 * a check, appended at once: a process that is killed loses the record it was writing, which
 * the next one removes. */
#ifndef CONSOLE_JOURNAL_H
#define CONSOLE_JOURNAL_H

#include <stddef.h>

#include "specs/fault.h"

struct journal;

/* Open `path` for the work that `statement` describes: a new file, or with `resume` also one that
 * is there, whose records can be recalled.  NULL with the reason: there is a file and no
 * `resume`, it is another statement's, a line in its middle is damaged, it cannot be written. */
struct journal *journal_open(const char *path, const char *statement, int resume,
                             struct fault *fault);

/* Close.  Returns 0, or -1 with the reason if a record could not be written. */
int journal_close(struct journal *journal, struct fault *fault)
    __attribute__((warn_unused_result));

/* Begin a stage, or go on with it: a name of printable characters other than spaces, that says
 * all on which its records depend beside the statement.  Shorter than JOURNAL_STAGE. */
#define JOURNAL_STAGE 192
void journal_stage(struct journal *journal, const char *name);

/* What an earlier process kept of the item in this stage, or NULL. */
const char *journal_recall(const struct journal *journal, size_t item);

/* Keep `text`, a line without its end, for the item in this stage.  Any thread may call it. */
void journal_keep(struct journal *journal, size_t item, const char *text);

#endif
