/* jsonfile.h -- a JSON value as a file, whole or not at all. */
#ifndef SPECS_JSONFILE_H
#define SPECS_JSONFILE_H

#include <jansson.h>

#include "fault.h"

/* Write `root`, indented, reals with 9 digits, and release it in any case.  `path` may be "-".
 * Returns 0, or -1 with the reason. */
int jsonfile_write(json_t *root, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
