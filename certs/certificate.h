/* certificate.h -- reading a certificate (certificate.md) without believing it.
 *
 * Every line has one spelling only, so that a statement has one text; whatever deviates is
 * refused with the line and what is wrong.  Sizes are bounded before memory is taken. */
#ifndef CERTS_CERTIFICATE_H
#define CERTS_CERTIFICATE_H

#include <stddef.h>

#include "certificate_words.h"
#include "specs/box.h"
#include "specs/dataset.h"
#include "specs/digest.h"

#define CERTIFICATE_MAGIC "steadfast/certificate/1\n"
#define CERTIFICATE_SEMANTICS "steadfast/network/1"
#define CERTIFICATE_TEXT (1u << 30)    /* bytes of text, at most */
#define CERTIFICATE_SAMPLES 1000000    /* at most */

enum certificate_verdict {
    CERTIFIED_BOX,      /* interval bound propagation proves it: nothing to show */
    CERTIFIED_TRACE,    /* a tree of cases whose leaves are spike rasters */
    CERTIFIED_LINEAR,   /* bounds between the layers, each implied by those before */
    FALSIFIED,          /* a parameter vector in the box */
    MISCLASSIFIED,      /* the model itself is wrong */
    UNKNOWN,
    UNCLAIMED,          /* certified by the prover by means that this format has no evidence for */
    CERTIFICATE_VERDICTS
};

struct certificate_sample {
    int label;
    enum certificate_verdict verdict;
    struct text evidence; /* within the certificate's */
    size_t line;          /* of the sample's own line, from 1 */
};

struct certificate {
    char *text; /* owned */
    size_t length;
    char digest[DIGEST_HEX]; /* of the text */
    char model[DIGEST_HEX], data[DIGEST_HEX];
    enum split split;
    char box_typed[128], zeta[64];
    struct box_form form; /* its `typed` points to box_typed */
    size_t first, count;
    size_t counts[CERTIFICATE_VERDICTS];
    struct certificate_sample *samples; /* [count], owned */
};

const char *certificate_verdict_name(enum certificate_verdict verdict);
/* Does it say that the answer is right for the whole box?  Does it say anything at all? */
int certificate_certifies(enum certificate_verdict verdict);
int certificate_claims(enum certificate_verdict verdict);
/* How many of these samples are certified, by whatever means. */
size_t certificate_certified(const size_t counts[CERTIFICATE_VERDICTS]);

/* Read and check everything that can be checked without the model.  Returns 0, or -1 with
 * the defect; then nothing needs clearing. */
int certificate_read(struct certificate *c, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));
/* The same from memory, of a whole file. */
int certificate_parse(struct certificate *c, const unsigned char *bytes, size_t length,
                      struct fault *fault) __attribute__((warn_unused_result));
void certificate_clear(struct certificate *c);

#endif
