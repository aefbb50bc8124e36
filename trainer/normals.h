/* normals.h -- many standard normals at once, for noise on whole parameter vectors.
 *
 * Counter-based like specs/random.h: value i depends on (seed, stream, i) alone.  Box and
 * Muller's formula in float32 with short series written out, additions and products
 * only: the same bytes on every machine, and a few nanoseconds a value. */
#ifndef TRAINER_NORMALS_H
#define TRAINER_NORMALS_H

#include <stddef.h>
#include <stdint.h>

/* out[k] = normal number first + k of (seed, stream), k < count.  No value exceeds 5.8 in
 * size: the radius comes from 23 bits.  Serial; call it for ranges from several threads. */
void normals_draw(uint64_t seed, uint64_t stream, size_t first, size_t count, float *out);

#endif
