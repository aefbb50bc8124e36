/* certificate_words.h -- reading a text: words and numbers of one spelling. */
#ifndef CERTS_CERTIFICATE_WORDS_H
#define CERTS_CERTIFICATE_WORDS_H

#include <stddef.h>

struct text {
    const char *at, *end;
};

/* Go past `word`, or past a whole number of at most `most`, without sign or leading zero.
 * Returns 0, or -1 if something else is there; text_word then stays where it is. */
int text_word(struct text *text, const char *word) __attribute__((warn_unused_result));
int text_number(struct text *text, size_t most, size_t *value) __attribute__((warn_unused_result));

#endif
