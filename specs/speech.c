/* speech.c -- see speech.h. */
#include "speech.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio.h"
#include "corpus.h"
#include "input.h"
#include "random.h"

#define PATH 4400
#define MOST_NOISES 32
#define LONGEST_SHIFT 1600       /* samples: 100 ms */
#define SILENCE_SEED 0x73706565636834ull /* fixes what the silences of valid and test are */

const char speech_input[] =
    "{\"shape\":[98,40],\"mean\":["
    "\"-27.8503\",\"1.5263\",\"0.6632\",\"0.1039\",\"-0.1089\",\"-0.0427\",\"0.1125\","
    "\"0.1627\",\"0.0052\",\"-0.0245\",\"0.0709\",\"-0.0268\",\"0.0165\",\"0.0000\","
    "\"-0.0363\",\"-0.0181\",\"-0.0113\",\"0.0033\",\"0.0015\",\"0.0212\",\"0.0328\","
    "\"0.0344\",\"0.0244\",\"-0.0044\",\"-0.0097\",\"0.0203\",\"-0.0279\",\"-0.0220\","
    "\"0.0134\",\"0.0101\",\"-0.0422\",\"-0.0778\",\"-0.0431\",\"-0.0131\",\"0.0092\","
    "\"0.0466\",\"0.0671\",\"0.0955\",\"0.0627\",\"0.0252\""
    "],\"std\":["
    "\"30.6537\",\"3.7363\",\"2.3103\",\"1.6560\",\"1.4548\",\"1.2053\",\"1.0474\","
    "\"0.9870\",\"0.9077\",\"0.8394\",\"0.7950\",\"0.7401\",\"0.6901\",\"0.6627\",\"0.6375\","
    "\"0.6185\",\"0.5991\",\"0.5806\",\"0.5565\",\"0.5317\",\"0.5134\",\"0.4919\",\"0.4674\","
    "\"0.4475\",\"0.4172\",\"0.3946\",\"0.3766\",\"0.3612\",\"0.3451\",\"0.3253\",\"0.3009\","
    "\"0.2894\",\"0.2783\",\"0.2684\",\"0.2583\",\"0.2480\",\"0.2423\",\"0.2348\",\"0.2379\","
    "\"0.2425\""
    "]}";

struct noise {
    char name[256];
    struct audio sound; /* the part's share of the file */
};

struct speech {
    size_t count;
    int16_t *samples;   /* [count, MFCC_SAMPLES], owned; NULL where they are not kept */
    uint8_t *labels;    /* [count], owned */
    size_t noise_count;
    struct noise noise[MOST_NOISES]; /* in the order of their names */
    struct mfcc *mfcc;
    double mean[MFCC_COUNT], deviation[MFCC_COUNT];
};

static int by_name(const void *a, const void *b)
{
    const struct noise *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static int list_noises(struct speech *s, const char *folder, struct fault *fault)
{
    DIR *files = opendir(folder);
    if (!files)
        return fault_set(fault, "%s: %s; silence is cut from its noises, fetch the set again "
                         "(specs/fetch-data)", folder, strerror(errno));
    size_t found = 0;
    for (struct dirent *file; (file = readdir(files));) {
        const char *ending = strrchr(file->d_name, '.');
        if (!ending || (strcmp(ending, ".wav") && strcmp(ending, ".flac")))
            continue;
        if (found < MOST_NOISES)
            strcpy(s->noise[found].name, file->d_name);
        found++;
    }
    closedir(files);
    if (found > MOST_NOISES)
        return fault_set(fault, "%s: %zu noises; at most %d are taken", folder, found, MOST_NOISES);
    s->noise_count = found;
    qsort(s->noise, s->noise_count, sizeof *s->noise, by_name);
    return s->noise_count ? 0 : fault_set(fault, "%s: holds neither .wav nor .flac files; fetch "
                                          "the set again (specs/fetch-data)", folder);
}

/* Of every noise the part's own stretch of time: the first eight tenths train, then one
 * validates, one tests. */
static int read_noises(struct speech *s, const char *folder, enum split split,
                       struct fault *fault)
{
    if (list_noises(s, folder, fault))
        return -1;
    for (size_t i = 0; i < s->noise_count; i++) {
        char path[PATH];
        struct audio *sound = &s->noise[i].sound;
        snprintf(path, sizeof path, "%.4100s/%s", folder, s->noise[i].name);
        if (audio_read(sound, path, fault))
            return -1;
        size_t tenth = sound->count / 10;
        size_t first = split == SPLIT_TRAIN ? 0 : split == SPLIT_VALID ? 8 * tenth : 9 * tenth;
        if (tenth < MFCC_SAMPLES)
            return fault_set(fault, "%s: lasts less than 10 seconds, too short to share between "
                             "training, validation and test", path);
        sound->count = split == SPLIT_TRAIN ? 8 * tenth : tenth;
        memmove(sound->samples, sound->samples + first, sound->count * sizeof *sound->samples);
    }
    return 0;
}

/* One second of background: words[0] chooses the noise, [1] the place. */
static const int16_t *background(const struct speech *s, struct random_words words)
{
    const struct audio *sound = &s->noise[words.word[0] % s->noise_count].sound;
    uint64_t places = sound->count - MFCC_SAMPLES + 1;
    return sound->samples + (words.word[1] * places >> 32);
}

static double share(uint32_t word)
{
    return word * 0x1p-32;
}

/* A silence as it stands in the part: background at a volume from [0, 1). */
static void record_silence(const struct speech *s, enum split split, uint32_t number,
                           int16_t *into)
{
    struct random_words words = random_words(SILENCE_SEED, RANDOM_CHOICE,
                                             (uint64_t)split << 32 | number);
    const int16_t *noise = background(s, words);
    for (int i = 0; i < MFCC_SAMPLES; i++)
        into[i] = (int16_t)nearbyint(share(words.word[2]) * noise[i]);
}

static int record_clip(const struct speech *s, const struct clip *clip, enum split split,
                       const char *folder, int16_t *into, struct fault *fault)
{
    char path[PATH];
    struct audio sound;
    if (clip->label == CORPUS_SILENCE) {
        record_silence(s, split, clip->number, into);
        return 0;
    }
    snprintf(path, sizeof path, "%.4100s/%s", folder, clip->name);
    if (audio_read(&sound, path, fault))
        return -1;
    size_t count = sound.count < MFCC_SAMPLES ? sound.count : MFCC_SAMPLES;
    memset(into, 0, MFCC_SAMPLES * sizeof *into);
    memcpy(into, sound.samples, count * sizeof *into);
    audio_clear(&sound);
    return 0;
}

static void standardise(const struct speech *s, const double *wave, float *into)
{
    double coefficients[SPEECH_FEATURES];
    mfcc_run(s->mfcc, wave, coefficients);
    for (int i = 0; i < SPEECH_FEATURES; i++)
        into[i] = (float)((coefficients[i] - s->mean[i % MFCC_COUNT]) /
                          s->deviation[i % MFCC_COUNT]);
}

static int fill(struct dataset *set, struct speech *s, const struct corpus *corpus,
                enum split split, const char *folder, struct fault *fault)
{
    int kept = split == SPLIT_TRAIN;
    set->count = s->count = corpus->count;
    set->features = SPEECH_FEATURES;
    set->classes = CORPUS_CLASSES;
    set->inputs = fault_alloc_aligned(set->count * set->features, sizeof(float));
    set->labels = fault_alloc(set->count, 1);
    s->labels = fault_alloc(s->count, 1);
    s->samples = fault_alloc((kept ? s->count : 1) * MFCC_SAMPLES, sizeof *s->samples);
    for (size_t i = 0; i < s->count; i++) {
        double wave[MFCC_SAMPLES];
        int16_t *samples = s->samples + (kept ? i : 0) * MFCC_SAMPLES;
        set->labels[i] = s->labels[i] = corpus->clips[i].label;
        if (record_clip(s, &corpus->clips[i], split, folder, samples, fault))
            return -1;
        for (int j = 0; j < MFCC_SAMPLES; j++)
            wave[j] = samples[j] / 32768.0;
        standardise(s, wave, set->inputs + i * SPEECH_FEATURES);
    }
    return 0;
}

int speech_load(struct dataset *set, const json_t *input, enum split split, const char *folder,
                struct fault *fault)
{
    static const char *const keys[] = {"shape", "mean", "std", NULL};
    char words[PATH], noises[PATH];
    struct speech *s = fault_alloc(1, sizeof *s);
    struct corpus corpus = {0};
    snprintf(words, sizeof words, "%.4000s/speech-commands", folder);
    snprintf(noises, sizeof noises, "%.4000s/speech-commands/_background_noise_", folder);
    s->mfcc = mfcc_new();
    int bad = input_keys(input, keys, fault) ||
              input_numbers(input, "mean", MFCC_COUNT, s->mean, fault) ||
              input_divisors(input, "std", MFCC_COUNT, s->deviation, fault) ||
              corpus_list(&corpus, words, split, fault) ||
              read_noises(s, noises, split, fault) ||
              fill(set, s, &corpus, split, words, fault);
    corpus_clear(&corpus);
    if (!bad && split == SPLIT_TRAIN)
        set->speech = s;
    else
        speech_free(s);
    return bad ? -1 : 0;
}

void speech_mix(const struct speech *speech, uint64_t seed, uint64_t epoch, uint32_t sample,
                double *wave)
{
    require(sample < speech->count);
    uint64_t index = epoch << 32 | sample;
    struct random_words words = random_words(seed, RANDOM_AUGMENT, index);
    struct random_words noise_words = random_words(seed, RANDOM_AUGMENT | 1u << 8, index);
    const int16_t *noise = background(speech, noise_words);
    const int16_t *clip = speech->samples + (size_t)sample * MFCC_SAMPLES;
    int silence = speech->labels[sample] == CORPUS_SILENCE;
    double volume = silence ? share(noise_words.word[2])
                    : share(words.word[1]) < 0.8 ? 0.1 * share(noise_words.word[2]) : 0;
    int later = (int)(words.word[0] % (2 * LONGEST_SHIFT + 1)) - LONGEST_SHIFT;
    for (int i = 0; i < MFCC_SAMPLES; i++) {
        int inside = i - later >= 0 && i - later < MFCC_SAMPLES;
        int word = silence || !inside ? 0 : clip[i - later];
        double sum = (word + volume * noise[i]) / 32768;
        wave[i] = sum < -1 ? -1 : sum > 1 ? 1 : sum;
    }
}

void speech_augment(const struct speech *speech, uint64_t seed, uint64_t epoch, uint32_t sample,
                    float *into)
{
    double wave[MFCC_SAMPLES];
    speech_mix(speech, seed, epoch, sample, wave);
    standardise(speech, wave, into);
}

void speech_free(struct speech *speech)
{
    if (!speech)
        return;
    for (size_t i = 0; i < speech->noise_count; i++)
        audio_clear(&speech->noise[i].sound);
    mfcc_free(speech->mfcc);
    free(speech->samples);
    free(speech->labels);
    free(speech);
}
