/* fault.c -- see fault.h. */
#include "fault.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int fault_set(struct fault *fault, const char *format, ...)
{
    if (!fault)
        return -1;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->text, sizeof fault->text, format, arguments);
    va_end(arguments);
    return -1;
}

static _Noreturn void out_of_memory(size_t count, size_t size)
{
    fprintf(stderr, "steadfast: out of memory (%zu items of %zu bytes asked for)\n",
            count, size);
    exit(3);
}

void *fault_alloc(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (!memory)
        out_of_memory(count, size);
    return memory;
}

void *fault_alloc_aligned(size_t count, size_t size)
{
    if (size && count > (SIZE_MAX - 63) / size)
        out_of_memory(count, size);
    size_t bytes = (count * size + 63) / 64 * 64;
    void *memory = aligned_alloc(64, bytes ? bytes : 64);
    if (!memory)
        out_of_memory(count, size);
    return memset(memory, 0, bytes ? bytes : 64);
}

_Noreturn void fault_require_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: internal error: '%s' does not hold\n", file, line, condition);
    abort();
}
