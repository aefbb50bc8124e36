/* audio.h -- sound clips: 16 kHz, one channel, 16 bit, as WAV or FLAC (libsndfile). */
#ifndef SPECS_AUDIO_H
#define SPECS_AUDIO_H

#include <stddef.h>
#include <stdint.h>

#include "fault.h"

#define AUDIO_RATE 16000

struct audio {
    size_t count;
    int16_t *samples; /* [count], owned */
};

/* Read a whole file.  Returns 0, or -1 with the reason: missing, damaged, another
 * rate, several channels, another width. */
int audio_read(struct audio *audio, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));
void audio_clear(struct audio *audio);

#endif
