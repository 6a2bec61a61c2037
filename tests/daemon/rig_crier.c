/* SPDX-License-Identifier: MIT */
#include "rig_crier.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_file(const char *path, const char *text)
{
    char temporary[300];
    snprintf(temporary, sizeof(temporary), "%s.new", path);
    FILE *file = fopen(temporary, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    cr_assert_eq(rename(temporary, path), 0);
}

/* In place, because a wall that lets the sink read the file lets it read this very file. */
void rig_crier_mood(const struct crier *crier, const char *mood)
{
    FILE *file = fopen(crier->mood, "w");
    cr_assert_not_null(file);
    fputs(mood, file);
    fclose(file);
}

void rig_crier_policy(struct rig *rig, const char *policy)
{
    char path[256];
    json_t *own = json_loads("{\"commissioning\":\"0s\",\"groupWait\":\"0s\","
                             "\"rateLimitPerSitePerMin\":6000,\"summaries\":{\"daily\":\"\"},"
                             "\"destinations\":[{\"channel\":\"*\",\"quotaPerMin\":60000}]}",
                             0, NULL);
    json_t *more = json_loads(policy, 0, NULL);
    cr_assert_not_null(more, "%s", policy);
    json_object_update(own, more);
    char *text = json_dumps(own, JSON_INDENT(1));
    snprintf(path, sizeof(path), "%s/gateway.json", rig->folder);
    write_file(path, text);
    free(text);
    json_decref(own);
    json_decref(more);
}

void rig_crier_open(struct rig *rig, struct crier *crier, const char *scenario, const char *policy)
{
    rig_told_open(rig, scenario);
    rig_plugins_fault(rig, "crier");
    snprintf(crier->path, sizeof(crier->path), "%s/cried.jsonl", rig->folder);
    snprintf(crier->mood, sizeof(crier->mood), "%s/mood", rig->folder);
    rig_crier_mood(crier, "ok");
    rig_crier_policy(rig, policy);
}

const char *rig_crier_config(const struct crier *crier, char config[1536])
{
    snprintf(config, 1536,
             "{\"plugins\":{\"crier\":{\"config\":{\"path\":\"%s\",\"mood\":\"%s\"}}},"
             "\"flags\":{\"FEATURE_PLUGIN_TOLD\":true,\"FEATURE_PLUGIN_CRIER\":true}," CRIER_WATCH
             "}",
             crier->path, crier->mood);
    return config;
}

json_t *rig_crier_lines(const struct crier *crier)
{
    json_t *lines = json_array();
    FILE *file = fopen(crier->path, "r");
    char *line = NULL;
    size_t room = 0;
    while (file != NULL && getline(&line, &room, file) > 0) {
        json_t *json = json_loads(line, 0, NULL);
        cr_assert_not_null(json, "%s", line);
        json_array_append_new(lines, json);
    }
    free(line);
    if (file != NULL) {
        fclose(file);
    }
    return lines;
}

static bool is_one(const json_t *line, const char *kind, const char *verdict)
{
    const char *its_kind = json_string_value(json_object_get(json_object_get(line, "doc"), "kind"));
    const char *its_verdict = json_string_value(json_object_get(line, "verdict"));
    return (kind[0] == '\0' || strcmp(kind, its_kind) == 0) &&
           (verdict[0] == '\0' || strcmp(verdict, its_verdict) == 0);
}

size_t rig_crier_count(const struct crier *crier, const char *kind, const char *verdict)
{
    json_t *lines = rig_crier_lines(crier);
    json_t *ids = json_object();
    size_t i;
    json_t *line;
    json_array_foreach(lines, i, line)
    {
        if (is_one(line, kind, verdict)) {
            const char *id = json_string_value(json_object_get(json_object_get(line, "doc"), "id"));
            json_object_set_new(ids, id, json_true());
        }
    }
    size_t count = json_object_size(ids);
    json_decref(ids);
    json_decref(lines);
    return count;
}

struct wanted {
    const struct crier *crier;
    const char *kind;
    const char *verdict;
    size_t count;
};

static bool has(struct rig *rig, const void *arg)
{
    const struct wanted *wanted = arg;
    (void)rig;
    return rig_crier_count(wanted->crier, wanted->kind, wanted->verdict) >= wanted->count;
}

void rig_crier_wait(struct rig *rig, const struct crier *crier, const char *kind,
                    const char *verdict, size_t count)
{
    struct wanted wanted = {crier, kind, verdict, count};
    char what[96];
    snprintf(what, sizeof(what), "%zu messages %s %s", count, kind, verdict);
    rig_until(rig, RIG_WAIT_MS, what, has, &wanted);
}

void rig_crier_break(struct rig *rig, const char *camera)
{
    json_decref(rig_farm(rig, "{\"do\":\"set\",\"device\":\"%s\",\"fault\":\"down\"}", camera));
}

void rig_crier_mend(struct rig *rig, const char *camera)
{
    json_decref(rig_farm(rig, "{\"do\":\"clear\",\"device\":\"%s\"}", camera));
}
