/* assess_potentials.h -- the subcommand `assess potentials`. */
#ifndef ANALYZER_ASSESS_POTENTIALS_H
#define ANALYZER_ASSESS_POTENTIALS_H

/* argv[0] is the subcommand's name.  Returns an exit status; ends the program for --help and
 * wrong flags. */
int assess_potentials(int argc, char **argv);

#endif
