/* SPDX-License-Identifier: MIT */
#include "kit/ini.h"

/* Whether the line is [section]; then it is noted. */
static bool take_section(struct vmm_ini *ini, struct vmm_text line)
{
    if (line.size < 2 || line.data[0] != '[' || line.data[line.size - 1] != ']') {
        return false;
    }
    ini->section = vmm_text_trim(vmm_text_bytes(line.data + 1, line.size - 2));
    return true;
}

static struct vmm_text unquoted(struct vmm_text value)
{
    bool quoted = value.size >= 2 && (value.data[0] == '"' || value.data[0] == '\'') &&
                  value.data[value.size - 1] == value.data[0];
    return quoted ? vmm_text_bytes(value.data + 1, value.size - 2) : value;
}

static bool take_entry(struct vmm_text line, struct vmm_ini_entry *entry)
{
    size_t end = 0;
    while (end < line.size && line.data[end] != '=' && line.data[end] != ':') {
        end++;
    }
    if (end == line.size || line.data[0] == ';' || line.data[0] == '#') {
        return false;
    }
    entry->key = vmm_text_trim(vmm_text_bytes(line.data, end));
    entry->value =
        unquoted(vmm_text_trim(vmm_text_bytes(line.data + end + 1, line.size - end - 1)));
    return entry->key.size > 0;
}

bool vmm_ini_next(struct vmm_ini *ini, struct vmm_ini_entry *entry)
{
    struct vmm_text line;
    while (vmm_text_line(&ini->rest, &line)) {
        if (vmm_text_begins(line, "\xEF\xBB\xBF")) {
            line = vmm_text_bytes(line.data + 3, line.size - 3);
        }
        line = vmm_text_trim(line);
        if (take_section(ini, line) || !take_entry(line, entry)) {
            continue;
        }
        entry->section = ini->section;
        return true;
    }
    return false;
}

int vmm_ini_find(struct vmm_text answer, const char *section, const char *key,
                 struct vmm_text *value)
{
    struct vmm_ini ini = {.rest = answer};
    struct vmm_ini_entry entry;
    while (vmm_ini_next(&ini, &entry)) {
        if (vmm_text_same(entry.section, section) && vmm_text_same(entry.key, key)) {
            *value = entry.value;
            return 0;
        }
    }
    return VMM_E_NOENT;
}
