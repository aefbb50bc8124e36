/* audio.c -- see audio.h. */
#include "audio.h"

#include <errno.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SAMPLES ((sf_count_t)1 << 26)

static int check(const SF_INFO *info, const char *path, struct fault *fault)
{
    if (info->samplerate != AUDIO_RATE || info->channels != 1)
        return fault_set(fault, "%s: %d Hz and %d channels; clips must have %d Hz and one: convert "
                         "it, or fetch the set again (specs/fetch-data)", path, info->samplerate,
                         info->channels, AUDIO_RATE);
    if ((info->format & SF_FORMAT_SUBMASK) != SF_FORMAT_PCM_16)
        return fault_set(fault, "%s: its samples are not 16-bit integers; convert it, or fetch "
                         "the set again (specs/fetch-data)", path);
    if (info->frames < 1 || info->frames > MOST_SAMPLES)
        return fault_set(fault, "%s: claims an absurd length of %lld samples", path,
                         (long long)info->frames);
    return 0;
}

/* A WAV file says how long it is; libsndfile takes a shorter one as it comes. */
static int check_whole(const char *path, struct fault *fault)
{
    unsigned char head[8];
    FILE *file = fopen(path, "rb");
    if (!file)
        return fault_set(fault, "%s: %s", path, strerror(errno));
    size_t got = fread(head, 1, sizeof head, file);
    fseek(file, 0, SEEK_END);
    long length = ftell(file);
    fclose(file);
    if (got < sizeof head || memcmp(head, "RIFF", 4))
        return 0;
    unsigned long claimed = head[4] | head[5] << 8 | head[6] << 16 | (unsigned long)head[7] << 24;
    if (length < 0 || claimed + 8 > (unsigned long)length)
        return fault_set(fault, "%s: %ld bytes, but its header speaks of %lu; it is cut short, "
                         "fetch it again (specs/fetch-data)", path, length, claimed + 8);
    return 0;
}

int audio_read(struct audio *audio, const char *path, struct fault *fault)
{
    SF_INFO info = {0};
    *audio = (struct audio){0};
    if (check_whole(path, fault))
        return -1;
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (!file)
        return fault_set(fault, "%s: %s; clips are WAV or FLAC files", path, sf_strerror(NULL));
    int bad = check(&info, path, fault);
    if (!bad) {
        audio->count = (size_t)info.frames;
        audio->samples = fault_alloc(audio->count, sizeof *audio->samples);
        sf_count_t got = sf_readf_short(file, audio->samples, info.frames);
        if (got != info.frames)
            bad = fault_set(fault, "%s: ends after %lld of %lld samples; fetch it again "
                            "(specs/fetch-data)", path, (long long)got, (long long)info.frames);
    }
    sf_close(file);
    if (bad)
        audio_clear(audio);
    return bad;
}

void audio_clear(struct audio *audio)
{
    free(audio->samples);
    *audio = (struct audio){0};
}
