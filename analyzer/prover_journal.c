/* prover_journal.c -- see prover_journal.h. */
#include "prover_journal.h"

#include <stdio.h>
#include <string.h>

#include "specs/digest.h"

/* Returns 0, or -1 if the text says something else. */
static int parse(const char *text, struct sample_result *r)
{
    int nominal, verdict, method, used = 0;
    if (sscanf(text, "%d %d %d %la %d %zu %d %d%n", &nominal, &r->predicted, &verdict,
               &r->margin_lower, &method, &r->splits, &r->done, &r->suspect, &used) != 8 ||
        text[used] || nominal < 0 || nominal > NOMINAL_WRONG || verdict < 0 ||
        verdict > VERDICT_MISCLASSIFIED ||        method < 0 || method > METHOD_LINEAR)
        return -1;
    r->nominal = (enum nominal)nominal;
    r->verdict = (enum verdict)verdict;
    r->method = (enum method)method;
    return 0;
}

void prover_journal_name(char stage[JOURNAL_STAGE], const char *what, const char *size,
                         const char *means)
{
    char hex[DIGEST_HEX];
    digest_of(size, strlen(size), hex);
    require(snprintf(stage, JOURNAL_STAGE, "%s:%s:%s", what, hex, means) < JOURNAL_STAGE);
}

size_t prover_journal_begin(struct journal *journal, const char *stage, size_t *chosen,
                            size_t count, struct sample_result *results)
{
    size_t left = 0;
    if (!journal)
        return count;
    journal_stage(journal, stage);
    for (size_t i = 0; i < count; i++) {
        const char *text = journal_recall(journal, chosen[i]);
        struct sample_result known = results[chosen[i]];
        if (text && !parse(text, &known))
            results[chosen[i]] = known;
        else
            chosen[left++] = chosen[i];
    }
    return left;
}

void prover_journal_keep(struct journal *journal, size_t index, const struct sample_result *r)
{
    char text[256];
    if (!journal)
        return;
    snprintf(text, sizeof text, "%d %d %d %a %d %zu %d %d", (int)r->nominal, r->predicted,
             (int)r->verdict, r->margin_lower, (int)r->method, r->splits, r->done, r->suspect);
    journal_keep(journal, index, text);
}
