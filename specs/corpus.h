/* corpus.h -- which clips of Speech Commands make up a part, and what they are (data.md).
 *
 * Words come from folder/<word>/<speaker>_nohash_<n>.wav or .flac.  A speaker belongs to
 * one part, by a hash of its name; hashes also choose the unknown words and the order. */
#ifndef SPECS_CORPUS_H
#define SPECS_CORPUS_H

#include "dataset.h"

enum { CORPUS_SILENCE, CORPUS_UNKNOWN, CORPUS_WORD, CORPUS_CLASSES = CORPUS_WORD + 6 };

struct clip {
    uint64_t draw;  /* hash of its name; clips are ordered by it */
    uint8_t label;  /* 0 silence, 1 unknown, 2 .. 7 yes, no, up, down, left, right */
    uint32_t number; /* of a silence, from 0 */
    char name[128]; /* e.g. "yes/0a2b400e_nohash_0.flac"; silence: "_silence_/0" */
};

struct corpus {
    size_t count, capacity;
    struct clip *clips; /* owned */
};

/* The part a speaker belongs to: 80 % train, 10 % valid, 10 % test. */
enum split corpus_part(const char *speaker);

/* List the part's clips.  Returns 0, or -1 with the reason. */
int corpus_list(struct corpus *corpus, const char *folder, enum split split,
                struct fault *fault) __attribute__((warn_unused_result));
void corpus_clear(struct corpus *corpus);

#endif
