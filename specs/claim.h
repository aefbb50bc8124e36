/* claim.h -- a statement to be defended: model, data, box and what is promised (claim.md). */
#ifndef SPECS_CLAIM_H
#define SPECS_CLAIM_H

#include "claim_promises.h"
#include "digest.h"
#include "fault.h"

#define CLAIM_SCHEMA "steadfast/claim/1"
#define CLAIM_TEXT 128
#define CLAIM_PATH 4096

struct claim {
    char model[CLAIM_PATH]; /* its file, found from the claim's folder */
    char model_sha256[DIGEST_HEX];
    char split[CLAIM_TEXT]; /* test, valid or train */
    char data_sha256[DIGEST_HEX];
    size_t first, count;    /* samples spoken about */
    char box[CLAIM_TEXT];   /* as after --box */
    char zeta[CLAIM_TEXT];
    int exact_bias, folded_bias;
    char criterion[CLAIM_TEXT];
    char domain[CLAIM_TEXT]; /* where a proof is to be looked for */
    size_t disjuncts, splits;
    size_t certified;       /* promised: so many of the samples, at least */
    int has_yield;
    char sigma[CLAIM_TEXT]; /* promised: a chip with this Gaussian mismatch lies in the box */
    char probability[CLAIM_TEXT]; /* with at least this probability */
    struct claim_promise promises[CLAIM_MEASURES]; /* of measurements */
};

/* Does the file look like a claim (its first character is '{')?  0 also if it cannot be read. */
int claim_is(const char *path);

/* Read and check a claim: exactly the members of claim.md, each of its type.  Words and decimals
 * are not interpreted here.  Returns 0, or -1 with the reason, which names the file. */
int claim_read(struct claim *claim, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

/* Write it in canonical form, atomically; the model's path as it stands in `claim`.  Returns 0, or
 * -1 with the reason. */
int claim_write(const struct claim *claim, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
