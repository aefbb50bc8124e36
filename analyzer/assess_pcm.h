/* assess_pcm.h -- the subcommand `assess pcm`. */
#ifndef ANALYZER_ASSESS_PCM_H
#define ANALYZER_ASSESS_PCM_H

/* argv[0] is the subcommand's name.  Returns an exit status; ends the program for --help and
 * wrong flags. */
int assess_pcm(int argc, char **argv);

#endif
