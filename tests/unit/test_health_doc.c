/* SPDX-License-Identifier: MIT */
/* docs/health.md holds the tables that the program goes by. `vmm-docs docs/health.md` writes them
 * anew. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "health/doc.h"

static char *read_doc(void)
{
    FILE *file = fopen(VMM_SOURCE "/docs/health.md", "r");
    cr_assert_not_null(file);
    char *text = calloc(1, 1 << 20);
    cr_assert_not_null(text);
    cr_assert_lt(fread(text, 1, (1 << 20) - 1, file), (1 << 20) - 1);
    fclose(file);
    return text;
}

Test(doc, the_tables_in_docs_health_md_are_those_of_the_code)
{
    char *text = read_doc();
    char *begin = strstr(text, HEALTH_DOC_BEGIN);
    cr_assert_not_null(begin);
    begin += strlen(HEALTH_DOC_BEGIN);
    char *end = strstr(begin, HEALTH_DOC_END);
    cr_assert_not_null(end);
    *end = '\0';

    char *generated = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&generated, &size);
    cr_assert_not_null(memory);
    health_doc_write(memory);
    fclose(memory);
    cr_expect(strcmp(begin, generated) == 0,
              "docs/health.md differs from the code: run vmm-docs docs/health.md");
    free(generated);
    free(text);
}
