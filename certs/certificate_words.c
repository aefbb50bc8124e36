/* certificate_words.c -- see certificate_words.h. */
#include "certificate_words.h"

#include <string.h>

int text_word(struct text *text, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(text->end - text->at) < length || memcmp(text->at, word, length))
        return -1;
    text->at += length;
    return 0;
}

int text_number(struct text *text, size_t most, size_t *value)
{
    const char *start = text->at;
    *value = 0;
    while (text->at < text->end && *text->at >= '0' && *text->at <= '9' && *value <= most)
        *value = 10 * *value + (size_t)(*text->at++ - '0');
    return text->at == start || *value > most || (*start == '0' && text->at != start + 1) ? -1 : 0;
}
