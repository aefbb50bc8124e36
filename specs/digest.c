/* digest.c -- see digest.h. */
#include "digest.h"

#include <sodium.h>
#include <stdio.h>

#include "fault.h"

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct digest),
               "libsodium's state must fit");

void digest_begin(struct digest *digest)
{
    crypto_hash_sha256_init((crypto_hash_sha256_state *)(void *)digest);
}

void digest_add(struct digest *digest, const void *bytes, size_t length)
{
    crypto_hash_sha256_update((crypto_hash_sha256_state *)(void *)digest, bytes, length);
}

void digest_end(struct digest *digest, char hex[DIGEST_HEX])
{
    unsigned char raw[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final((crypto_hash_sha256_state *)(void *)digest, raw);
    sodium_bin2hex(hex, DIGEST_HEX, raw, sizeof raw);
}

void digest_of(const void *bytes, size_t length, char hex[DIGEST_HEX])
{
    struct digest digest;
    digest_begin(&digest);
    digest_add(&digest, bytes, length);
    digest_end(&digest, hex);
}

void digest_file(const char *path, char hex[DIGEST_HEX])
{
    char bytes[65536];
    struct digest digest;
    FILE *file = path ? fopen(path, "rb") : NULL;
    hex[0] = 0;
    if (!file)
        return;
    digest_begin(&digest);
    for (size_t length; (length = fread(bytes, 1, sizeof bytes, file));)
        digest_add(&digest, bytes, length);
    digest_end(&digest, hex);
    fclose(file);
}
