/* figure.c -- see figure.h. */
#include "figure.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "specs/outfile.h"

static const char *format_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    if (dot && (!strcmp(dot, ".svg") || !strcmp(dot, ".png") || !strcmp(dot, ".pdf")))
        return dot + 1;
    return NULL;
}

/* The script beside the build (build/bin/../../plots) or the installation. */
static int find_script(const char *script, char path[PATH_MAX], struct fault *fault)
{
    char self[PATH_MAX] = "";
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *folder = length > 0 ? dirname(self) : ".";
    const char *chosen = getenv("STEADFAST_PLOTS");
    char places[3][PATH_MAX];
    snprintf(places[0], PATH_MAX, "%.2000s/%.200s", chosen ? chosen : "plots", script);
    snprintf(places[1], PATH_MAX, "%.2000s/../../plots/%.200s", folder, script);
    snprintf(places[2], PATH_MAX, "%.2000s/../share/steadfast/plots/%.200s", folder, script);
    for (int i = 0; i < 3; i++)
        if (access(places[i], R_OK) == 0) {
            memcpy(path, places[i], PATH_MAX);
            return 0;
        }
    return fault_set(fault, "%s not found; set STEADFAST_PLOTS to the folder that holds it",
                     script);
}

int figure_check(const char *path, const char *script, struct fault *fault)
{
    char found[PATH_MAX];
    if (!format_of(path))
        return fault_set(fault, "%s: a plot's name must end in .svg, .png or .pdf", path);
    return find_script(script, found, fault);
}

static int run_gnuplot(const char *script, const char *points, const char *out,
                       const char *format, const char *title)
{
    pid_t child = fork();
    if (child == 0) {
        execlp("gnuplot", "gnuplot", "-c", script, points, out, format, title, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int draw(const char *path, const char *script, const char *points, const char *title,
                struct fault *fault)
{
    char found[PATH_MAX], drawn[PATH_MAX];
    if (find_script(script, found, fault))
        return -1;
    snprintf(drawn, sizeof drawn, "%.2000s.part.%s", path, format_of(path));
    int status = run_gnuplot(found, points, drawn, format_of(path), title);
    if (status == 0 && rename(drawn, path) == 0)
        return 0;
    int error = errno;
    unlink(drawn);
    if (status == 127)
        return fault_set(fault, "%s: gnuplot is not installed (apt-get install gnuplot-nox)",
                         path);
    if (status)
        return fault_set(fault, "%s: gnuplot failed with status %d; nothing was drawn", path,
                         status);
    return fault_set(fault, "%s: cannot be written: %s", path, strerror(error));
}

int figure_draw(const char *path, const char *script, const char *title,
                void (*write)(const void *context, FILE *points), const void *context,
                struct fault *fault)
{
    char points[PATH_MAX];
    struct outfile file;
    if (figure_check(path, script, fault))
        return -1;
    snprintf(points, sizeof points, "%.2000s.points", path);
    if (outfile_open(&file, points, fault))
        return -1;
    write(context, file.stream);
    if (outfile_commit(&file, fault))
        return -1;
    int failed = draw(path, script, points, title, fault);
    unlink(points);
    return failed;
}
