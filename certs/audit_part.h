/* audit_part.h -- checking a part, chosen by a hash, and what that says of the whole. */
#ifndef CERTS_AUDIT_PART_H
#define CERTS_AUDIT_PART_H

#include <stddef.h>
#include <stdint.h>

#define PART_DOUBT 1e-6 /* probability of being deceived that is put up with */

/* Mark `fraction` of the samples (at least one), those whose SHA-256 of (certificate's digest,
 * seed, index) is least: nobody knows them before the certificate is fixed and the seed
 * is chosen. */
void audit_part_choose(const char *digest, uint64_t seed, double fraction, size_t count,
                       unsigned char *chosen);

/* `checked` of `all` samples were drawn at random and all of them hold.  The least number b such
 * that if b or more of all were false, a draw without any false one would have had a
 * probability of at most PART_DOUBT; `all` if there is none.  By (1 - b/all)^checked, the
 * binomial's tail, which bounds that of drawing without putting back, in ball arithmetic. */
size_t audit_part_false(size_t checked, size_t all);

#endif
