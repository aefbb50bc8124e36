/* ends.h -- a box's ends in a safetensors file (specs/box.md), written by hand. */
#ifndef TESTS_ENDS_H
#define TESTS_ENDS_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Write float32 tensors one after another; rank is that of each one's shape, whose sizes follow one
 * another in `shapes`. */
static void ends_write(const char *path, size_t tensors, const char *const names[],
                       const size_t ranks[], const size_t *shapes, const float *const values[])
{
    static char header[20000];
    size_t counts[200], at = 0;
    char *end = header + sprintf(header, "{");
    for (size_t i = 0; i < tensors; i++) {
        counts[i] = 1;
        end += sprintf(end, "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[", i ? "," : "", names[i]);
        for (size_t k = 0; k < ranks[i]; counts[i] *= *shapes, shapes++, k++)
            end += sprintf(end, "%s%zu", k ? "," : "", *shapes);
        end += sprintf(end, "],\"data_offsets\":[%zu,%zu]}", 4 * at, 4 * (at + counts[i]));
        at += counts[i];
    }
    end += sprintf(end, "}");
    FILE *file = fopen(path, "wb");
    uint64_t length = (uint64_t)(end - header);
    fwrite(&length, 8, 1, file);
    fwrite(header, 1, length, file);
    for (size_t i = 0; i < tensors; i++)
        fwrite(values[i], 4, counts[i], file);
    fclose(file);
}

#endif
