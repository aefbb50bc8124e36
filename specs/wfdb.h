/* wfdb.h -- two-lead ECG records of PhysioNet's WFDB (header, format 212, annotations).
 *
 * Only what the MIT-BIH records use is read; anything else is refused. */
#ifndef SPECS_WFDB_H
#define SPECS_WFDB_H

#include <stddef.h>
#include <stdint.h>

#include "fault.h"

#define WFDB_LEADS 2

struct wfdb_beat {
    size_t at;    /* sample number of the annotation (the R peak) */
    uint8_t code; /* WFDB annotation code: 1 N, 2 L, 3 R, 5 V, ... */
};

struct wfdb {
    size_t count;                    /* samples per lead */
    int16_t *lead[WFDB_LEADS];       /* [count] each, raw units; owned */
    size_t annotation_count;
    struct wfdb_beat *annotations;   /* in time order, beats and other marks; owned */
};

/* Read record `name` (e.g. "100") of `folder`: NAME.hea, NAME.dat, NAME.atr.  The
 * header's initial values and checksums are verified.  Returns 0, or -1. */
int wfdb_read(struct wfdb *record, const char *folder, const char *name, struct fault *fault)
    __attribute__((warn_unused_result));
void wfdb_clear(struct wfdb *record);

#endif
