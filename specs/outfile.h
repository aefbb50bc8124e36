/* outfile.h -- files that appear whole or not at all.
 *
 * What is written goes to a temporary name beside the target and is renamed
 * over it only after everything, the flush included, has succeeded.  The name
 * "-" means standard output; devices, pipes and folders are refused. */
#ifndef SPECS_OUTFILE_H
#define SPECS_OUTFILE_H

#include <stdio.h>

#include "fault.h"

struct outfile {
    FILE *stream;       /* write here */
    char *path;         /* the final name, owned */
    char *temporary;    /* the name written to meanwhile, owned; NULL for "-" */
};

/* Open `path` for writing.  Returns 0, or -1 with the reason (unwritable
 * folder, ...) and nothing created. */
int outfile_open(struct outfile *file, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

/* Could all of these be opened?  Better known before an hour's work than after.  NULLs are
 * passed over; nothing stays behind.  Returns 0, or -1 with the first one's reason. */
int outfile_check(const char *const paths[], size_t count, struct fault *fault)
    __attribute__((warn_unused_result));

/* Flush, sync and rename.  Returns 0, or -1 with the reason (disk full, ...);
 * the temporary file is removed then and an older target is left as it was. */
int outfile_commit(struct outfile *file, struct fault *fault)
    __attribute__((warn_unused_result));

/* Give up: close and remove the temporary file.  Safe on a zeroed struct and
 * after a commit. */
void outfile_abandon(struct outfile *file);

#endif
