/* decimal.h -- decimals of a statement, taken as the exact rationals they are. */
#ifndef SPECS_DECIMAL_H
#define SPECS_DECIMAL_H

#include <gmp.h>

#include "fault.h"

/* value := what `text` says, e.g. "5e-4", "0.01", "-3", "2.5E3"; value must be
 * initialised.  Only a plain decimal with an optional exponent within +-400 is
 * taken, of at most 60 characters; no blanks, hexadecimals, nan or inf.
 * Returns 0, or -1 with the reason. */
int decimal_parse(const char *text, mpq_t value, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
