/* assess_landscape.h -- the subcommand `assess landscape`. */
#ifndef ANALYZER_ASSESS_LANDSCAPE_H
#define ANALYZER_ASSESS_LANDSCAPE_H

/* argv[0] is the subcommand's name.  Returns an exit status; ends the program for --help and
 * wrong flags. */
int assess_landscape(int argc, char **argv);

#endif
