/* engine_double.h -- the workhorse: binary64, rounded outward.
 *
 * Representation.  An interval [lo, hi] is stored as two "ends", -lo and hi, so
 * that both only ever round up and one rounding direction serves a whole
 * kernel.  Every kernel enters the upward mode (rounding.h) and leaves it.
 *
 * Dense and convolution layers in a relative box with zeta <= 1 use centre and
 * radius.  For w in m(1 +- z) and x in [c - r, c + r] the exact range of w x is
 *   x >= 0:      m (c + z r) +- |m| (r + z c)
 *   x <= 0:      m (c - z r) +- |m| (r - z c)
 *   x straddles: m (1 + z) c +- |m| (1 + z) r
 * so two plain products bound a whole layer: mid = W p and rad = |W| q, where q
 * also carries the rounding of mid: gamma |p| per term, gamma the classical
 * bound for a sum of K products, taken for the unit 2^-52 of a directed mode. */
#ifndef NUMBERS_ENGINE_DOUBLE_H
#define NUMBERS_ENGINE_DOUBLE_H

#include "analyzer/numbers/kernels.h"

/* The engine on this machine's best instructions (AVX-512 where it has them). */
const struct engine *engine_double(void);

/* The engine on one named path, "portable" or "avx512", to compare them; NULL
 * where this machine cannot run it.  Sets the path for the whole process, so
 * only tests and benchmarks call it. */
const struct engine *engine_double_on(const char *path);

#endif
