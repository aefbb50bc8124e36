/* jsonfile.c -- see jsonfile.h. */
#include "jsonfile.h"

#include <stdlib.h>

#include "outfile.h"

int jsonfile_write(json_t *root, const char *path, struct fault *fault)
{
    struct outfile file;
    require(root);
    char *text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    require(text);
    json_decref(root);
    int failed = outfile_open(&file, path, fault);
    if (!failed) {
        fprintf(file.stream, "%s\n", text);
        failed = outfile_commit(&file, fault);
    }
    free(text);
    return failed;
}
