/* idx.c -- see idx.h. */
#include "idx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define UNSIGNED_BYTES 8 /* the type code */
#define MOST_BYTES ((size_t)1 << 30)

static uint32_t big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Exactly `count` bytes, or -1: gzread notices a torn stream. */
static int take(gzFile file, void *into, size_t count)
{
    unsigned char *at = into;
    while (count) {
        unsigned piece = count > 1u << 20 ? 1u << 20 : (unsigned)count;
        int got = gzread(file, at, piece);
        if (got <= 0)
            return -1;
        at += got;
        count -= (size_t)got;
    }
    return 0;
}

static int cut_short(const char *path, gzFile file, struct fault *fault)
{
    int error;
    gzerror(file, &error);
    const char *how = error == Z_DATA_ERROR   ? "is damaged"
                      : gztell(file) == 0 && !error ? "is empty"
                                                    : "ends too early";
    return fault_set(fault, "%s: %s; fetch it again (specs/fetch-data)", path, how);
}

static int read_shape(struct idx *idx, gzFile file, const char *path, int rank,
                      struct fault *fault)
{
    unsigned char head[4], side[4];
    if (take(file, head, sizeof head))
        return cut_short(path, file, fault);
    if (head[0] || head[1] || head[2] != UNSIGNED_BYTES || head[3] != rank)
        return fault_set(fault, "%s: no IDX file of unsigned bytes of rank %d (it begins "
                         "%02x%02x%02x%02x)", path, rank, head[0], head[1], head[2], head[3]);
    size_t count = 1;
    idx->rank = rank;
    for (int i = 0; i < IDX_RANK; i++)
        idx->shape[i] = 1;
    for (int i = 0; i < rank; i++) {
        if (take(file, side, sizeof side))
            return cut_short(path, file, fault);
        idx->shape[i] = big_endian(side);
        if (!idx->shape[i] || idx->shape[i] > MOST_BYTES / count)
            return fault_set(fault, "%s: an absurd size of %zu in dimension %d", path,
                             idx->shape[i], i + 1);
        count *= idx->shape[i];
    }
    return 0;
}

static int read_bytes(struct idx *idx, gzFile file, const char *path, struct fault *fault)
{
    size_t count = idx->shape[0] * idx->shape[1] * idx->shape[2];
    char more;
    idx->bytes = fault_alloc(count, 1);
    if (take(file, idx->bytes, count))
        return cut_short(path, file, fault);
    int after = gzread(file, &more, 1); /* also checks gzip's own checksum */
    if (after < 0)
        return cut_short(path, file, fault);
    if (after > 0)
        return fault_set(fault, "%s: holds more than its %zu bytes; fetch it again", path, count);
    return 0;
}

int idx_read(struct idx *idx, const char *path, int rank, struct fault *fault)
{
    require(rank >= 1 && rank <= IDX_RANK);
    *idx = (struct idx){0};
    gzFile file = gzopen(path, "rb");
    if (!file)
        return fault_set(fault, "%s: %s; get the data with specs/fetch-data and name its "
                         "folder with --data or STEADFAST_DATA", path, strerror(errno));
    int bad = read_shape(idx, file, path, rank, fault) || read_bytes(idx, file, path, fault);
    gzclose_r(file);
    if (bad) {
        idx_clear(idx);
        return -1;
    }
    return 0;
}

void idx_clear(struct idx *idx)
{
    free(idx->bytes);
    idx->bytes = NULL;
}
