/* version.h -- which Steadfast this is, and what it was built with. */
#ifndef CONSOLE_VERSION_H
#define CONSOLE_VERSION_H

#include <stdio.h>

/* The release, e.g. "0.1.0". */
extern const char version_release[];

/* The commit that was built, "unknown" outside a repository. */
extern const char version_commit[];

/* Several lines: program and release, commit, compiler, libraries as they are
 * loaded, then whatever version_more (may be NULL) adds, e.g. a rounding self-test. */
void version_print(FILE *stream, const char *program);
extern void (*version_more)(FILE *stream);

#endif
