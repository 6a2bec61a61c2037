/* SPDX-License-Identifier: MIT */
#include "main/fleet_words.h"

#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"

#define ARGUMENTS_MAX 256u

const char *fleet_words_of(unsigned kind)
{
    return kind == FLEET_CREDENTIAL ? "credential" : fleet_kind_word(kind);
}

unsigned fleet_words_kind(const char *verb)
{
    char word[16];
    text_format(word, sizeof(word), "%.*s", (int)strcspn(verb, "."), verb);
    return strcmp(word, "credential") == 0 ? FLEET_CREDENTIAL : fleet_kind_parse(word);
}

static const char *code_of(const struct fleet_error *error)
{
    return error->code == VMM_E_EXIST   ? CTL_EXISTS
           : error->code == VMM_E_NOENT ? CTL_NOT_FOUND
           : error->code == VMM_E_STATE ? CTL_IN_USE
                                        : CTL_INVALID;
}

void fleet_words_fail(struct ctl_call *call, const struct fleet_error *error)
{
    char message[400];
    text_format(message, sizeof(message), "%s%s%s", error->field,
                error->field[0] != '\0' ? ": " : "", error->problem);
    ctl_fail(call, code_of(error), message, error->remedy[0] != '\0' ? error->remedy : NULL);
}

json_t *fleet_words_fields(struct ctl_call *call, const json_t *set)
{
    char *texts[ARGUMENTS_MAX];
    size_t count = json_array_size(set);
    struct fleet_error error = {.index = -1};
    json_t *values = NULL;
    bool good = (set == NULL || json_is_array(set)) && count <= ARGUMENTS_MAX;
    for (size_t i = 0; good && i < count; i++) {
        texts[i] = (char *)(uintptr_t)json_string_value(json_array_get(set, i));
        good = texts[i] != NULL;
    }
    if (!good) {
        ctl_fail(call, CTL_INVALID, "set is a list of texts FIELD=VALUE", NULL);
    } else if (fleet_arguments(texts, count, &values, &error) != 0) {
        fleet_words_fail(call, &error);
    }
    return values;
}
