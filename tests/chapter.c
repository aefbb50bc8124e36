/* chapter.c -- run one tangled chapter as a CUnit suite.
 *
 * Failures print as "file:line: section: assertion", so an editor can jump
 * to them.  A section that asserts nothing is a failure too.
 * Exit: 0 every assertion held, 1 otherwise. */
#include "chapter.h"

#include <CUnit/TestRun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned silent_sections;

long chapter_scaled(long count)
{
    const char *scale = getenv("TEST_SCALE");
    long scaled = (long)((double)count * (scale ? atof(scale) : 1.0));
    return scaled > 1 ? scaled : 1;
}

long chapter_fuzzed(long count)
{
    const char *fuzz = getenv("FUZZ");
    return fuzz ? atol(fuzz) : count;
}

void chapter_skip(const char *why)
{
    printf("skipped: %s: %s\n", chapter_title, why);
    CU_PASS("skipped");
}

const char *chapter_data(const char *name)
{
    static char path[4096];
    const char *folder = getenv("STEADFAST_DATA");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "data", name);
    if (access(path, R_OK) == 0)
        return path;
    char why[5000];
    snprintf(why, sizeof why, "no data in %s", path);
    chapter_skip(why);
    return NULL;
}

static void require_assertions(const CU_pTest section, const CU_pSuite suite,
                               const CU_pFailureRecord failures)
{
    static unsigned before;
    (void)suite, (void)failures;
    if (CU_get_number_of_asserts() == before) {
        printf("%s: %s: asserts nothing\n", chapter_title, section->pName);
        silent_sections++;
    }
    before = CU_get_number_of_asserts();
}

int main(void)
{
    CU_SuiteInfo suites[] = {
        {chapter_title, NULL, NULL, NULL, NULL, chapter_tests},
        CU_SUITE_INFO_NULL,
    };

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!chapter_tests[0].pName)
        return 0; /* a chapter of commands only; clitest judges it */
    CU_set_test_complete_handler(require_assertions);
    if (CU_initialize_registry() || CU_register_suites(suites) ||
        CU_run_all_tests()) {
        fprintf(stderr, "%s: %s\n", chapter_title, CU_get_error_msg());
        return 1;
    }
    for (CU_pFailureRecord f = CU_get_failure_list(); f; f = f->pNext)
        printf("%s:%u: %s: %s\n", f->strFileName, f->uiLineNumber,
               f->pTest->pName, f->strCondition);

    unsigned made = CU_get_number_of_asserts();
    unsigned failed = CU_get_number_of_failures();
    unsigned sections = CU_get_number_of_tests_failed() + silent_sections;
    printf("%s: %u of %u assertions hold\n", chapter_title, made - failed, made);
    if (sections)
        printf("failed sections: %u\n", sections);
    CU_cleanup_registry();
    return failed || silent_sections;
}
