/* assess_attack.h -- assess attack: how far one chip, or one per sample, can push accuracy down. */
#ifndef ANALYZER_ASSESS_ATTACK_H
#define ANALYZER_ASSESS_ATTACK_H

/* Run the subcommand; returns the exit status.  argv[0] is the subcommand's name. */
int assess_attack(int argc, char **argv);

#endif
