/* safetensors_write.c -- see safetensors.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safetensors.h"

void safetensors_add(json_t *header, const char *name, const struct tensor *like, size_t offset)
{
    json_t *shape = json_array();
    for (int d = 0; d < like->rank; d++)
        json_array_append_new(shape, json_integer((json_int_t)like->shape[d]));
    json_object_set_new(header, name,
                        json_pack("{s:s, s:o, s:[I,I]}", "dtype", "F32", "shape", shape,
                                  "data_offsets", (json_int_t)(4 * offset),
                                  (json_int_t)(4 * (offset + like->count))));
}

unsigned char *safetensors_bytes(const json_t *header, size_t values, size_t *data, size_t *length)
{
    char *text = json_dumps(header, JSON_COMPACT);
    require(text);
    size_t used = strlen(text);
    *data = (SAFETENSORS_PREFIX + used + 63) / 64 * 64;
    *length = *data + 4 * values;
    unsigned char *bytes = fault_alloc(*length, 1);
    for (int i = 0; i < SAFETENSORS_PREFIX; i++)
        bytes[i] = (unsigned char)((uint64_t)(*data - SAFETENSORS_PREFIX) >> 8 * i);
    memset(bytes + SAFETENSORS_PREFIX, ' ', *data - SAFETENSORS_PREFIX);
    memcpy(bytes + SAFETENSORS_PREFIX, text, used);
    free(text);
    return bytes;
}
