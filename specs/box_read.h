/* box_read.h -- what box.c and box_form.c share; private to them. */
#ifndef SPECS_BOX_READ_H
#define SPECS_BOX_READ_H

#include <gmp.h>

#include "fault.h"

/* A decimal that may not be negative.  Returns 0, or -1 with the reason. */
int box_read_size(const char *text, mpq_t value, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
