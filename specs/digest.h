/* digest.h -- SHA-256, the names by which models and data are known. */
#ifndef SPECS_DIGEST_H
#define SPECS_DIGEST_H

#include <stddef.h>

#define DIGEST_HEX 65 /* 64 hexadecimal digits and the final zero */

/* Feed pieces, then finish into lower-case hexadecimal. */
struct digest {
    _Alignas(16) unsigned char state[128]; /* libsodium's, opaque */
};
void digest_begin(struct digest *digest);
void digest_add(struct digest *digest, const void *bytes, size_t length);
void digest_end(struct digest *digest, char hex[DIGEST_HEX]);

/* The digest of one piece. */
void digest_of(const void *bytes, size_t length, char hex[DIGEST_HEX]);

/* The digest of a file's bytes; "" where there is no path (NULL), or nothing can be read. */
void digest_file(const char *path, char hex[DIGEST_HEX]);

#endif
