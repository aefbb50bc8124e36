/* fault.h -- what went wrong with somebody's input, in one line.
 *
 * Three kinds of error are kept apart in Steadfast:
 *   1. our own bug: require(condition), always compiled in, aborts;
 *   2. bad input (file, flag): the function returns -1 and fills a struct
 *      fault with one line that names the file and the cure; only a program's
 *      main prints it and exits (code 3, or 2 for a flag);
 *   3. numerical trouble: no error, the enclosure becomes [-inf, +inf].
 */
#ifndef SPECS_FAULT_H
#define SPECS_FAULT_H

#include <stddef.h>

struct fault {
    char text[600]; /* one line, no newline at the end */
};

/* Fill `fault` (which may be NULL) as printf would.  Returns -1 always, so
 * that a reader can say `return fault_set(...)`. */
int fault_set(struct fault *fault, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Memory for `count` items of `size` bytes, zeroed; the program ends with a
 * message and exit code 3 when there is none.  Release with free(). */
void *fault_alloc(size_t count, size_t size)
    __attribute__((malloc, returns_nonnull));

/* The same for memory aligned to 64 bytes (a cache line, an AVX-512 register). */
void *fault_alloc_aligned(size_t count, size_t size)
    __attribute__((malloc, returns_nonnull));

_Noreturn void fault_require_failed(const char *condition, const char *file, int line);

/* A condition that only a bug of ours can break. */
#define require(condition) \
    ((condition) ? (void)0 : fault_require_failed(#condition, __FILE__, __LINE__))

#endif
