/* statement.h -- what a certificate speaks of: a model, data and a box, read from their files. */
#ifndef CERTS_STATEMENT_H
#define CERTS_STATEMENT_H

#include "certificate.h"
#include "specs/claim.h"
#include "specs/dataset.h"
#include "specs/model.h"

/* Where its files are: model NULL: model.bin in the certificate's folder; box NULL: none; data: the
 * folder of data sets. */
struct statement_files {
    const char *certificate, *model, *box, *data;
};

struct statement {
    const char *name; /* the certificate's file; borrowed */
    char *model_name; /* owned */
    struct certificate certificate;
    struct model model;
    struct dataset set;
    struct box box; /* around the model's parameters */
};

/* Read them and see that they belong together: by their digests, and all samples named exist and
 * have these labels.  Returns 0, or -1 with the reason.  statement_close releases; it may come
 * after a failure, and on a zeroed struct. */
int statement_open(struct statement *s, const struct statement_files *files, struct fault *fault)
    __attribute__((warn_unused_result));
void statement_close(struct statement *s);

/* Is it about a claim's model, data, samples, box, size and criterion?  0, or -1 with the reason,
 * which names what differs. */
int statement_match(const struct statement *s, const struct claim *claim, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
