/* chapter.h -- what every tangled chapter sees before its own first line. */
#ifndef CHAPTER_H
#define CHAPTER_H
#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>

extern const char *chapter_title;   /* the chapter's "# " heading  */
extern CU_TestInfo chapter_tests[]; /* one per "## " with C inside */

/* How much work random loops do: TEST_SCALE in the environment, 1 by default;
 * returns count * scale, at least 1. */
long chapter_scaled(long count);

/* How many random changes to try: count, or what FUZZ says (make fuzz: a million). */
long chapter_fuzzed(long count);

/* The folder of the real data set `name` ("fashion-mnist", "ecg"), or NULL after
 * noting that this section was skipped: then return from the section. */
const char *chapter_data(const char *name);

/* Note that this section was skipped, and why. */
void chapter_skip(const char *why);

#endif
