/* export.h -- samples as raw files, for programs that are not ours. */
#ifndef BENCH_EXPORT_H
#define BENCH_EXPORT_H

/* Write one part of the data of `what` (a task's name, or a model file, whose
 * preprocessing then counts) to FILE.f32 (float32 [count, features]), FILE.u8 (labels)
 * and FILE.txt ("count features classes").  Returns an exit code. */
int export_samples(const char *what, const char *split, const char *file);

#endif
