/* arguments.h -- the command line of certify, read and checked. */
#ifndef ANALYZER_ARGUMENTS_H
#define ANALYZER_ARGUMENTS_H

#include <stddef.h>

#include "analyzer/certificate_write.h"
#include "analyzer/falsify.h"
#include "analyzer/prover.h"
#include "analyzer/shard.h"
#include "console/options.h"
#include "specs/claim_promises.h"

#define MAX_ZETAS 256

struct arguments {
    struct options common;
    const char *model;
    char *zeta_text; /* owned */
    const char *zetas[MAX_ZETAS];
    size_t zeta_count;
    struct prover_settings settings;
    struct falsify_settings attack;
    int whole; /* no --samples */
    size_t from, to;
    enum split split;
    int radius; /* find every sample's radius */
    double seconds; /* that each zeta, and the radii, may take; 0: any */
    const char *json, *csv, *plot, *cert, *box_out, *claim, *journal;
    enum certificate_detail detail;
    int detailed; /* by a flag */
    int resume;
    struct shard shard;
    int merge; /* `parts` are results of shards, and nothing is proved */
    const char **parts; /* [part_count] words that are no flags, owned; the words borrowed */
    size_t part_count;
    struct claim_promise promises[CLAIM_MEASURES]; /* measurements that a claim speaks of */
    const char *sigma; /* of a chip's mismatch, or NULL */
    int promised; /* by flags */
    int is_claim, stated; /* the file is a claim; flags said what a claim says itself */
    double min_certified; /* percent, or negative */
};

/* Fill `arguments` from the command line and its defaults.  Ends the program for
 * --help, --version (status 0) and wrong flags (status 2). */
void arguments_parse(struct arguments *arguments, int argc, char **argv);
void arguments_clear(struct arguments *arguments);

#endif
