/* audit_verdict.h -- a certificate against the model and the data that it speaks of. */
#ifndef CERTS_AUDIT_VERDICT_H
#define CERTS_AUDIT_VERDICT_H

#include "audit_network.h"
#include "statement.h"

struct audit {
    struct statement statement;
    struct audit_network network;         /* in the box */
    int part;                             /* only a part was looked at */
    size_t looked;                        /* how many samples were; of them, */
    size_t checked[CERTIFICATE_VERDICTS]; /* those whose evidence holds, */
    size_t rejected;                      /* does not hold, */
    size_t open;                          /* or neither; not certified ones */
    size_t first_rejected;
    struct fault why; /* of the first one rejected */
};

/* Read the files (statement.h).  Returns 0, or -1 with the reason.  audit_close releases; it may
 * come after a failure, and on a zeroed struct. */
int audit_open(struct audit *audit, const struct statement_files *files, struct fault *fault)
    __attribute__((warn_unused_result));
void audit_close(struct audit *audit);

/* Check every sample, or with fraction < 1 that part of them; results do not depend on the
 * number of threads. */
void audit_run(struct audit *audit, double fraction, uint64_t seed);

/* Mark that part, at least one: those whose SHA-256 of (certificate's digest, seed, index) is
 * least, which nobody knows before both are fixed.  Returns how many they are. */
size_t audit_part_choose(const char *digest, uint64_t seed, double fraction, size_t count,
                         unsigned char *chosen);

/* `checked` of `all` samples were drawn at random and all of them hold.  The least number b such
 * that if b or more of all were false, a draw without any false one would have had a
 * probability of at most PART_DOUBT; `all` if there is none.  By (1 - b/all)^checked, the
 * binomial's tail, which bounds that of drawing without putting back, in ball arithmetic. */
#define PART_DOUBT 1e-6 /* probability of being deceived that is put up with */
size_t audit_part_false(size_t checked, size_t all);

/* After audit_run: a page for a browser, written whole or not at all; with path NULL the same in
 * words on standard output, whose last line is ACCEPTED, REJECTED, INCONCLUSIVE or ACCEPTED IN
 * PART.  Returns 0, or -1 with the reason. */
int audit_report(const struct audit *audit, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

/* After audit_run, does it prove what the claim promises (specs/claim.md)?  An exit status, and
 * lines on standard output that say why.  What the claim promises of measurements is not audited,
 * and keeps it open. */
int audit_claim_verdict(const struct claim *claim, const struct audit *audit);

#endif
