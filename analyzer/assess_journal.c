/* assess_journal.c -- see assess_journal.h. */
#include "assess_journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "console/version.h"

enum { KEY_JOURNAL = 3000, KEY_RESUME };

static const struct argp_option flags[] = {
    {"journal", KEY_JOURNAL, "FILE", 0, "Keep every finished piece, for --resume", 0},
    {"resume", KEY_RESUME, NULL, 0, "Go on where the journal ends", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct assess_journal *j = state->input;
    switch (key) {
    case KEY_JOURNAL:
        j->path = text;
        return 0;
    case KEY_RESUME:
        j->resume = 1;
        return 0;
    case ARGP_KEY_END:
        if (j->resume && !j->path)
            argp_error(state, "--resume: which --journal?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp assess_journal_argp = {flags, parse, NULL, NULL, NULL, NULL, NULL};

int assess_journal_open(struct assess_journal *j, const char *subcommand, const char *model,
                        const struct dataset *set, uint64_t seed, json_t *settings,
                        struct fault *fault)
{
    char number[24];
    snprintf(number, sizeof number, "%" PRIu64, seed);
    json_t *root = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:o}", "build", version_commit,
                             "subcommand", subcommand, "model", model, "data", set->sha256, "set",
                             set->name, "count", (json_int_t)set->count, "seed", number,
                             "settings", settings);
    require(root);
    char *text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
    json_decref(root);
    require(text);
    if (j->path)
        j->journal = journal_open(j->path, text, j->resume, fault);
    free(text);
    return j->path && !j->journal ? -1 : 0;
}

int assess_journal_close(struct assess_journal *j, struct fault *fault)
{
    int failed = journal_close(j->journal, fault);
    j->journal = NULL;
    return failed;
}
