#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "exits.h"
#include "version.h"

enum { KEY_THREADS = 0x700, KEY_SEED, KEY_DATA };

static const struct argp_option flags[] = {
    {NULL, 0, NULL, 0, "Common:", 90},
    {"threads", KEY_THREADS, "N", 0, "Use N threads (default: all processors)", 0},
    {"seed", KEY_SEED, "N", 0, "Seed of all random choices (default: 0)", 0},
    {"data", KEY_DATA, "DIR", 0,
     "Folder of the data sets (default: $STEADFAST_DATA, else ./data)", 0},
    {"quiet", 'q', NULL, 0, "No progress bar, no remarks", 0},
    {0},
};

int options_count(const char *flag, const char *text, uint64_t low, uint64_t high,
                  uint64_t *value, struct fault *fault)
{
    char *end;
    errno = 0;
    unsigned long long read = strtoull(text, &end, 10);
    /* strtoull takes "-1" and " 7"; we do not. */
    if (!isdigit((unsigned char)text[0]) || *end || errno || read < low || read > high)
        return fault_set(fault, "%s: '%s' is not a whole number from %" PRIu64 " to %" PRIu64,
                         flag, text, low, high);
    *value = read;
    return 0;
}

int options_number(const char *flag, const char *text, double low, double high,
                   double *value, struct fault *fault)
{
    char *end;
    double read = strtod(text, &end);
    if (end == text || *end || !isfinite(read) || read < low || read > high)
        return fault_set(fault, "%s: '%s' is not a number from %g to %g", flag, text, low, high);
    *value = read;
    return 0;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    struct fault fault;
    uint64_t count;
    switch (key) {
    case KEY_THREADS:
        if (options_count("--threads", text, 1, 1024, &count, &fault))
            argp_error(state, "%s", fault.text);
        options->threads = (int)count;
        return 0;
    case KEY_SEED:
        if (options_count("--seed", text, 0, UINT64_MAX, &options->seed, &fault))
            argp_error(state, "%s", fault.text);
        return 0;
    case KEY_DATA:
        options->data = text;
        return 0;
    case 'q':
        options->quiet = 1;
        return 0;
    case ARGP_KEY_SUCCESS:
        omp_set_num_threads(options->threads);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp options_argp = {flags, parse, NULL, NULL, NULL, NULL, NULL};

static void print_version(FILE *stream, struct argp_state *state)
{
    version_print(stream, state->name);
}

void options_begin(struct options *options)
{
    const char *folder = getenv("STEADFAST_DATA");
    options->threads = omp_get_max_threads();
    options->seed = 0;
    options->quiet = 0;
    options->data = folder && *folder ? folder : "data";
    argp_err_exit_status = EXIT_USAGE;
    argp_program_version_hook = print_version;
}
