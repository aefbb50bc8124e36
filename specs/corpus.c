/* corpus.c -- see corpus.h. */
#include "corpus.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH 4400
#define SHARE 10 /* one unknown and one silence for so many words */

static const char *const words[] = {"yes", "no", "up", "down", "left", "right"};

/* The first 64 bits of a text's SHA-256. */
static uint64_t hash_of(const char *text, size_t length)
{
    char hex[DIGEST_HEX];
    digest_of(text, length, hex);
    hex[16] = '\0';
    return strtoull(hex, NULL, 16);
}

enum split corpus_part(const char *speaker)
{
    unsigned tenth = (unsigned)(hash_of(speaker, strlen(speaker)) % 10);
    return tenth < 8 ? SPLIT_TRAIN : tenth == 8 ? SPLIT_VALID : SPLIT_TEST;
}

static int label_of(const char *word)
{
    for (int i = 0; i < CORPUS_CLASSES - CORPUS_WORD; i++)
        if (!strcmp(word, words[i]))
            return CORPUS_WORD + i;
    return CORPUS_UNKNOWN;
}

static struct clip *add_clip(struct corpus *c, int label, const char *name)
{
    if (c->count == c->capacity) {
        c->capacity = c->capacity ? 2 * c->capacity : 1024;
        struct clip *grown = fault_alloc(c->capacity, sizeof *grown);
        if (c->count)
            memcpy(grown, c->clips, c->count * sizeof *grown);
        free(c->clips);
        c->clips = grown;
    }
    struct clip *clip = &c->clips[c->count++];
    *clip = (struct clip){.label = (uint8_t)label};
    snprintf(clip->name, sizeof clip->name, "%s", name);
    /* Without the ending: a corpus kept as FLAC is the same corpus. */
    const char *ending = strrchr(clip->name, '.');
    clip->draw = hash_of(clip->name, ending ? (size_t)(ending - clip->name) : strlen(clip->name));
    return clip;
}

static int is_sound(const char *name)
{
    const char *ending = strrchr(name, '.');
    return ending && (!strcmp(ending, ".wav") || !strcmp(ending, ".flac"));
}

/* Add the clips of one folder whose speakers are in the part. */
static int list_word(struct corpus *c, const char *folder, const char *word, enum split split,
                     struct fault *fault)
{
    char path[PATH], speaker[NAME_MAX + 1], name[2 * NAME_MAX + 2];
    snprintf(path, sizeof path, "%.4100s/%s", folder, word);
    DIR *files = opendir(path);
    if (!files)
        return fault_set(fault, "%s: %s", path, strerror(errno));
    int bad = 0;
    for (struct dirent *file; !bad && (file = readdir(files));) {
        if (!is_sound(file->d_name))
            continue;
        const char *mark = strstr(file->d_name, "_nohash_");
        size_t length = mark ? (size_t)(mark - file->d_name) : 0;
        snprintf(name, sizeof name, "%.255s/%s", word, file->d_name);
        if (!length || strlen(name) >= sizeof((struct clip *)0)->name) {
            bad = fault_set(fault, "%s/%s: does not name its speaker; clips are called "
                            "SPEAKER_nohash_NUMBER.wav or .flac", path, file->d_name);
            break;
        }
        memcpy(speaker, file->d_name, length);
        speaker[length] = '\0';
        if (corpus_part(speaker) == split)
            add_clip(c, label_of(word), name);
    }
    closedir(files);
    return bad;
}

/* Add the clips of all words; folders whose names begin with _ or . are no words. */
static int list_words(struct corpus *c, const char *folder, enum split split,
                      struct fault *fault)
{
    DIR *entries = opendir(folder);
    if (!entries)
        return fault_set(fault, "%s: %s; get Speech Commands with specs/fetch-data and name its "
                         "folder's parent with --data or STEADFAST_DATA", folder, strerror(errno));
    int bad = 0;
    for (struct dirent *entry; !bad && (entry = readdir(entries));) {
        char path[PATH];
        struct stat about;
        snprintf(path, sizeof path, "%.4100s/%s", folder, entry->d_name);
        if (*entry->d_name != '_' && *entry->d_name != '.' && stat(path, &about) == 0 &&
            S_ISDIR(about.st_mode))
            bad = list_word(c, folder, entry->d_name, split, fault);
    }
    closedir(entries);
    return bad;
}

static int by_draw(const void *a, const void *b)
{
    const struct clip *x = a, *y = b;
    if (x->draw != y->draw)
        return x->draw < y->draw ? -1 : 1;
    return strcmp(y->name, x->name); /* .wav before .flac */
}

static void sort(struct corpus *c)
{
    if (c->count)
        qsort(c->clips, c->count, sizeof *c->clips, by_draw);
}

/* In order: every clip once, and of the unknown words the first `most`. */
static void keep(struct corpus *c, size_t most)
{
    size_t kept = 0, unknown = 0;
    for (size_t i = 0; i < c->count; i++) {
        const struct clip *clip = &c->clips[i];
        if (kept && clip->draw == c->clips[kept - 1].draw)
            continue;
        if (clip->label != CORPUS_UNKNOWN || unknown++ < most)
            c->clips[kept++] = *clip;
    }
    c->count = kept;
}

int corpus_list(struct corpus *corpus, const char *folder, enum split split,
                struct fault *fault)
{
    size_t wanted = 0, of_class[CORPUS_CLASSES] = {0};
    *corpus = (struct corpus){0};
    if (list_words(corpus, folder, split, fault)) {
        corpus_clear(corpus);
        return -1;
    }
    sort(corpus);
    keep(corpus, corpus->count);
    for (size_t i = 0; i < corpus->count; i++)
        of_class[corpus->clips[i].label]++;
    for (int k = CORPUS_WORD; k < CORPUS_CLASSES; k++) {
        wanted += of_class[k];
        if (!of_class[k]) {
            corpus_clear(corpus);
            return fault_set(fault, "%s: no clips of the word '%s' for the part %s; fetch the set "
                             "again (specs/fetch-data)", folder, words[k - CORPUS_WORD],
                             split_name(split));
        }
    }
    size_t share = (wanted + SHARE - 1) / SHARE;
    keep(corpus, share);
    for (size_t i = 0; i < share; i++) {
        char name[64];
        snprintf(name, sizeof name, "_silence_/%s/%zu", split_name(split), i);
        add_clip(corpus, CORPUS_SILENCE, name)->number = (uint32_t)i;
    }
    sort(corpus);
    return 0;
}

void corpus_clear(struct corpus *corpus)
{
    free(corpus->clips);
    *corpus = (struct corpus){0};
}
