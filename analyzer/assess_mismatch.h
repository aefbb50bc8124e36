/* assess_mismatch.h -- the subcommand `assess mismatch`. */
#ifndef ANALYZER_ASSESS_MISMATCH_H
#define ANALYZER_ASSESS_MISMATCH_H

/* argv[0] is the subcommand's name.  Returns an exit status; ends the program for --help and
 * wrong flags. */
int assess_mismatch(int argc, char **argv);

#endif
