/* attack.h -- our adversary's results as model files, for comparison with others'. */
#ifndef BENCH_ATTACK_H
#define BENCH_ATTACK_H

/* On the models fmnist.bin and ecg.bin of the folder and each of BATCHES batches of 100 test
 * samples: ten steps of Algorithm 1 (adversary.h) with the KL loss, zeta 0.1, start noise
 * 0.01.  Writes the parameters at the start and the end to
 * FOLDER/NAME-start-BATCH.bin and NAME-star-BATCH.bin, the inputs to NAME.f32, the labels to
 * NAME-labels.u8, and prints "NAME BATCH loss". */
enum { ATTACK_BATCHES = 5, ATTACK_BATCH = 100 };
int attack_export(const char *folder);

#endif
