/* safetensors.h -- the container of model files and of boxes: named float32 tensors.
 *
 * 8 bytes of header length (little-endian), JSON, raw little-endian tensors.  Readers
 * refuse whatever does not fit, naming the file, the offset and the cure. */
#ifndef SPECS_SAFETENSORS_H
#define SPECS_SAFETENSORS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"
#include "network.h"

#define SAFETENSORS_PREFIX 8 /* bytes of header length */

struct safetensors {
    const char *name; /* for messages; borrowed */
    const unsigned char *bytes;
    size_t length, data; /* data: offset of the first tensor byte */
    json_t *header;      /* owned */
};

/* The bytes of a regular file of at most 1 GB, owned by the caller; NULL with the reason. */
unsigned char *safetensors_load(const char *path, size_t *length, struct fault *fault);

/* Read the header of bytes[length], which are borrowed.  Returns 0, or -1 with the reason;
 * then nothing needs clearing. */
int safetensors_open(struct safetensors *file, const void *bytes, size_t length,
                     const char *name, struct fault *fault) __attribute__((warn_unused_result));
void safetensors_clear(struct safetensors *file);

/* Bytes [begin, end) of the data, and whose they are. */
struct safetensors_range {
    uint64_t begin, end;
    char name[80];
};

/* Copy the tensor called `name`, float32 of exactly the shape of `like`, into values
 * [like->count]; `range` (may be NULL) says where it stood.  Returns 0, or -1 with the reason. */
int safetensors_take(const struct safetensors *file, const char *name, const struct tensor *like,
                     float *values, struct safetensors_range *range, struct fault *fault)
    __attribute__((warn_unused_result));

/* Do these ranges cover the data once, without gap or overlap?  Sorts them. */
int safetensors_cover(const struct safetensors *file, struct safetensors_range *ranges,
                      size_t count, struct fault *fault) __attribute__((warn_unused_result));

/* To write one: enter a tensor of the shape of `like`, its values from number `offset` on, in a
 * header; then the bytes of a file of so many values, owned by the caller, which are to be copied
 * to bytes + *data, a multiple of 64.  For little-endian machines. */
void safetensors_add(json_t *header, const char *name, const struct tensor *like, size_t offset);
unsigned char *safetensors_bytes(const json_t *header, size_t values, size_t *data, size_t *length);

#endif
