/* remark.h -- what certify says on stderr at the end: why it stopped, what is wrong. */
#ifndef ANALYZER_REMARK_H
#define ANALYZER_REMARK_H

#include "analyzer/arguments.h"
#include "analyzer/report.h"

/* Lines about a run that ended with this exit status. */
void remark(const struct arguments *arguments, int status, const struct report *report);

#endif
