/* remark.c -- see remark.h. */
#include "remark.h"

#include <stdio.h>

#include "console/exits.h"

/* Two proofs of ours contradict each other. */
static void contradiction(const struct report *report, const struct prover_run *run)
{
    const struct radius_run *radii = report->radii;
    fprintf(stderr, "certify: SELF-CHECK FAILED at %s %s: ", radii ? "the" : "zeta",
            radii ? "radii" : run->zeta);
    if (radii ? radii->contradictions : run->contradictions) {
        fprintf(stderr, "the referee (mpfr) contradicts the double engine on %zu samples.\n"
                "Do not use these results; please report this.\n",
                radii ? radii->contradictions : run->contradictions);
        return;
    }
    fprintf(stderr, "%zu samples are certified, and yet parameters in the box are proven to "
            "break them:", radii ? radii->disproved : run->disproved);
    const struct sample_result *results = radii ? radii->results : run->results;
    for (size_t i = 0; i < (radii ? radii->samples : run->samples); i++)
        if (results[i].disproved)
            fprintf(stderr, " %zu", report->first + i);
    fprintf(stderr, ".\nDo not use these results; please report this.\n");
}

void remark(const struct arguments *a, int status, const struct report *report)
{
    const struct prover_run *last =
        report->run_count ? &report->runs[report->run_count - 1] : NULL;
    const struct radius_run *radii = report->radii;
    if (status == EXIT_SELF_CHECK)
        contradiction(report, last);
    if (radii && radii->interrupted)
        fprintf(stderr, "certify: stopped early; the radii are proven but may be too small\n");
    for (size_t i = 0; i < report->run_count; i++) {
        const struct prover_run *run = &report->runs[i];
        if (run->interrupted)
            fprintf(stderr, "certify: %s at zeta %s; %zu of %zu samples were decided, the "
                    "others count as unknown\n",
                    run->interrupted == PROVER_LATE ? "time limit reached" : "interrupted",
                    run->zeta, run->done, run->samples);
    }
    if (status == EXIT_VIOLATED && !a->is_claim)
        fprintf(stderr, "certify: fewer than %g %% certified\n", a->min_certified);
}
