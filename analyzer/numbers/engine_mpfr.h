/* engine_mpfr.h -- the referee: every operation an mpfr call with its direction.
 *
 * Slow and plain on purpose.  Lower ends are rounded with MPFR_RNDD, upper ends
 * with MPFR_RNDU, products before sums.  Any precision from 24 bits (a float32
 * is exact then) to 4096. */
#ifndef NUMBERS_ENGINE_MPFR_H
#define NUMBERS_ENGINE_MPFR_H

#include "analyzer/numbers/kernels.h"

/* The engine at a precision; the same pointer every time, valid for the
 * process's life. */
const struct engine *engine_mpfr(int bits);

#endif
