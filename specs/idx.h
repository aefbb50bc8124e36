/* idx.h -- arrays of bytes in IDX files, plain or gzipped (Fashion-MNIST). */
#ifndef SPECS_IDX_H
#define SPECS_IDX_H

#include <stddef.h>
#include <stdint.h>

#include "fault.h"

#define IDX_RANK 3

struct idx {
    int rank;
    size_t shape[IDX_RANK]; /* entries past `rank` are 1 */
    uint8_t *bytes;         /* owned */
};

/* Read a whole file of unsigned bytes of the given rank.  Returns 0, or -1 with
 * the reason: missing, not IDX, another rank or type, cut short, trailing bytes. */
int idx_read(struct idx *idx, const char *path, int rank, struct fault *fault)
    __attribute__((warn_unused_result));
void idx_clear(struct idx *idx);

#endif
