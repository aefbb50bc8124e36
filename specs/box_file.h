/* box_file.h -- boxes given end by end, in a safetensors file (box.md). */
#ifndef SPECS_BOX_FILE_H
#define SPECS_BOX_FILE_H

#include "digest.h"
#include "fault.h"
#include "network.h"

/* Read NAME.lower and NAME.upper of every tensor into lower and upper [parameter_count],
 * laid out as theta; sha256 is that of the bytes read.  Returns 0, or -1 with the reason: a missing
 * or surplus tensor, an end that is not finite, lower > upper, a nominal value outside. */
int box_file_read(const char *path, const struct network *network, float *lower, float *upper,
                  char sha256[DIGEST_HEX], struct fault *fault) __attribute__((warn_unused_result));

/* Write such a file, whole or not at all.  Returns 0, or -1 with the reason. */
int box_file_write(const char *path, const struct network *network, const float *lower,
                   const float *upper, struct fault *fault) __attribute__((warn_unused_result));

#endif
