/* certificate_raster.h -- a trace proof as text: cases and spike rasters (certs/certificate.md). */
#ifndef ANALYZER_CERTIFICATE_RASTER_H
#define ANALYZER_CERTIFICATE_RASTER_H

#include "analyzer/cases.h"
#include "specs/network.h"

/* Prove the sample once more and write down how; the caller frees the text.  NULL if it is
 * not proven. */
char *certificate_raster(const struct trace *trace, struct trace_run *run,
                         const struct network *network, const struct cases_request *request);

#endif
