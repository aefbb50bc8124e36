/* assess_journal.h -- the flags --journal and --resume of assess's subcommands. */
#ifndef ANALYZER_ASSESS_JOURNAL_H
#define ANALYZER_ASSESS_JOURNAL_H

#include <argp.h>
#include <jansson.h>

#include "console/journal.h"
#include "specs/dataset.h"

struct assess_journal {
    const char *path; /* borrowed; NULL: no journal */
    int resume;
    struct journal *journal; /* after assess_journal_open; owned */
};

/* A child for a subcommand's argp; its input is the struct assess_journal. */
extern const struct argp assess_journal_argp;

/* Open what was asked for, if anything: the journal of this subcommand on this model and data, with
 * this seed and `settings`, all else that results depend on (released in any case).  Returns 0, or -1
 * with the reason. */
int assess_journal_open(struct assess_journal *journal, const char *subcommand, const char *model,
                        const struct dataset *set, uint64_t seed, json_t *settings,
                        struct fault *fault) __attribute__((warn_unused_result));

/* Returns 0, or -1 with the reason if something could not be written. */
int assess_journal_close(struct assess_journal *journal, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
