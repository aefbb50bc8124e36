/* export.h -- what a training run sees, for programs that are not ours. */
#ifndef BENCH_EXPORT_H
#define BENCH_EXPORT_H

/* Each returns an exit code.  Data come from $STEADFAST_DATA or ./data; `what` is a task's
 * name, or where said a model file, whose preprocessing then counts. */

/* One part of the data of a task or model, to FILE.f32 (float32 [count, features]), FILE.u8
 * (labels) and FILE.txt ("count features classes"). */
int export_samples(const char *what, const char *split, const char *file);

/* The model that `train --task TASK --seed SEED` starts from. */
int export_initial(const char *task, const char *seed, const char *file);

/* The batches of `train --task TASK --seed SEED --epochs EPOCHS --limit LIMIT --batch BATCH
 * --augment AUGMENT` in their order, to stdout: per batch float32 inputs
 * [batch, features], then labels [batch] as bytes.  LIMIT 0 is all. */
int export_batches(char **words);
enum { EXPORT_BATCHES_WORDS = 6 };

#endif
