/* outfile.c -- see outfile.h. */
#include "outfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *temporary_name(const char *path)
{
    size_t length = strlen(path) + sizeof ".XXXXXX";
    char *name = fault_alloc(length, 1);
    snprintf(name, length, "%s.XXXXXX", path);
    return name;
}

/* mkstemp makes files private; a result is meant to be read by others, as far
 * as the user's umask allows. */
static void apply_umask(int descriptor)
{
    mode_t mask = umask(0);
    umask(mask);
    (void)!fchmod(descriptor, 0666 & ~mask);
}

int outfile_open(struct outfile *file, const char *path, struct fault *fault)
{
    *file = (struct outfile){0};
    if (!strcmp(path, "-")) {
        file->stream = stdout;
        return 0;
    }
    struct stat there; /* renaming would replace a device by a file */
    if (!stat(path, &there) && !S_ISREG(there.st_mode))
        return fault_set(fault, "%s: cannot be written: not a regular file; - is standard output",
                         path);
    char *temporary = temporary_name(path);
    int descriptor = mkstemp(temporary);
    if (descriptor < 0) {
        int error = errno;
        free(temporary);
        return fault_set(fault, "%s: cannot be written: %s", path, strerror(error));
    }
    apply_umask(descriptor);
    file->stream = fdopen(descriptor, "w");
    require(file->stream);
    file->path = strdup(path);
    file->temporary = temporary;
    return 0;
}

int outfile_check(const char *const paths[], size_t count, struct fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        struct outfile file;
        if (!paths[i])
            continue;
        if (outfile_open(&file, paths[i], fault))
            return -1;
        outfile_abandon(&file);
    }
    return 0;
}

int outfile_commit(struct outfile *file, struct fault *fault)
{
    if (!file->temporary) {
        if (fflush(file->stream) || ferror(file->stream))
            return fault_set(fault, "standard output: %s", strerror(errno));
        return 0;
    }
    errno = 0;
    int bad = fflush(file->stream) || ferror(file->stream) || fsync(fileno(file->stream));
    bad |= fclose(file->stream) != 0;
    file->stream = NULL;
    if (!bad)
        bad = rename(file->temporary, file->path) != 0;
    if (bad) {
        fault_set(fault, "%s: cannot be written: %s; nothing was changed", file->path,
                  errno ? strerror(errno) : "write error");
        outfile_abandon(file);
        return -1;
    }
    free(file->temporary);
    file->temporary = NULL;
    outfile_abandon(file);
    return 0;
}

void outfile_abandon(struct outfile *file)
{
    if (file->stream && file->stream != stdout)
        fclose(file->stream);
    if (file->temporary)
        unlink(file->temporary);
    free(file->temporary);
    free(file->path);
    *file = (struct outfile){0};
}
