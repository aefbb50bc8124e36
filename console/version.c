#include "version.h"

#include <gmp.h>
#include <jansson.h>
#include <mpfr.h>
#include <oneapi/dnnl/dnnl.h>
#include <sodium.h>
#include <zlib.h>

/* The Makefile knows both; a build by hand need not. */
#ifndef STEADFAST_VERSION
#define STEADFAST_VERSION "0.1.0"
#endif
#ifndef STEADFAST_COMMIT
#define STEADFAST_COMMIT "unknown"
#endif

const char version_release[] = STEADFAST_VERSION;
const char version_commit[] = STEADFAST_COMMIT;
void (*version_more)(FILE *stream);

void version_print(FILE *stream, const char *program)
{
    const dnnl_version_t *dnnl = dnnl_version();
    fprintf(stream, "%s (Steadfast) %s\n", program, version_release);
    fprintf(stream, "commit    %s\n", version_commit);
#ifdef __clang__
    fprintf(stream, "compiler  clang %s\n", __clang_version__);
#else
    fprintf(stream, "compiler  gcc %s\n", __VERSION__);
#endif
    fprintf(stream, "libraries MPFR %s, GMP %s, oneDNN %d.%d.%d, ", mpfr_get_version(),
            gmp_version, dnnl->major, dnnl->minor, dnnl->patch);
    fprintf(stream, "jansson %s, libsodium %s, zlib %s\n", JANSSON_VERSION,
            sodium_version_string(), zlibVersion());
    if (version_more)
        version_more(stream);
}
