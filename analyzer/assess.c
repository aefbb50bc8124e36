/* assess.c -- the program that measures what imperfect chips do to a network. */
#include <stdio.h>
#include <string.h>

#include "analyzer/assess_attack.h"
#include "analyzer/assess_landscape.h"
#include "analyzer/assess_mismatch.h"
#include "analyzer/assess_pcm.h"
#include "analyzer/assess_potentials.h"
#include "console/exits.h"
#include "console/interrupt.h"
#include "console/version.h"

struct subcommand {
    const char *name, *purpose;
    int (*run)(int argc, char **argv);
};

static const struct subcommand subcommands[] = {
    {"attack", "accuracy at the worst parameters that are found in a box", assess_attack},
    {"landscape", "loss around the parameters", assess_landscape},
    {"mismatch", "accuracy of chips whose parameters are off at random", assess_mismatch},
    {"pcm", "accuracy over time of chips of phase-change memory", assess_pcm},
    {"potentials", "membrane potentials against the threshold, firing rates", assess_potentials},
};
#define SUBCOMMANDS (sizeof subcommands / sizeof *subcommands)

static void help(FILE *stream)
{
    fprintf(stream, "Usage: assess SUBCOMMAND MODEL [OPTION...]\n"
                    "Measure what imperfect chips do to a network.  A measurement in float32 with its\n"
                    "statistics; certify proves.\n\n");
    for (size_t i = 0; i < SUBCOMMANDS; i++)
        fprintf(stream, "  %-10s %s\n", subcommands[i].name, subcommands[i].purpose);
    fprintf(stream, "\nassess SUBCOMMAND --help says more.\n\nExamples:\n"
                    "  assess mismatch model.bin --levels 0.1,0.2,0.3 --chips 100\n"
                    "  assess attack model.bin --preset paper --zeta 0.1\n"
                    "  assess pcm model.bin --times 25,1d,1y\n\n"
                    "Exit status: 0 done, 2 wrong flags, 3 unreadable or unwritable files, 4 stopped\n"
                    "early, 5 a self-check failed.\n");
}

int main(int argc, char **argv)
{
    interrupt_catch(); /* before any thread is started */
    const char *word = argc > 1 ? argv[1] : "";
    if (!strcmp(word, "--help") || !strcmp(word, "-?")) {
        help(stdout);
        return EXIT_DONE;
    }
    if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
        version_print(stdout, "assess");
        return EXIT_DONE;
    }
    for (size_t i = 0; i < SUBCOMMANDS; i++)
        if (!strcmp(word, subcommands[i].name))
            return subcommands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "assess: '%s' is no subcommand; assess --help lists them\n", word);
    return EXIT_USAGE;
}
