/* flags.h -- the command line of `train`. */
#ifndef TRAINER_FLAGS_H
#define TRAINER_FLAGS_H

#include "console/options.h"
#include "settings.h"

struct flags {
    struct options common;
    struct settings settings; /* hashes of data and model are still empty */
    const char *output, *log, *plot, *from; /* borrowed from argv; all but output may be NULL */
    char *checkpoint;                /* owned */
    int resume;
};

/* Parse argv; ends the program with status 2 for wrong flags, 0 after --help,
 * --version and --list. */
void flags_parse(struct flags *flags, int argc, char **argv);
void flags_clear(struct flags *flags);

#endif
