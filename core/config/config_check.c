/* SPDX-License-Identifier: MIT */
#include "config/config_check.h"

#include "config/schema.h"

static size_t count_on(const struct config *config)
{
    size_t on = 0;
    for (size_t i = 0; i < config->plugin_count; i++) {
        on += flags_state(config->flags, config->plugins[i].fragment->flag, NULL) ? 1 : 0;
    }
    return on;
}

int config_check(const struct config_sources *sources, FILE *out, struct config **config)
{
    struct config_error error;
    char line[CONFIG_ERROR_LINE];
    int rc = config_load(sources, config, &error);
    if (rc != 0) {
        fprintf(out, "error: %s\n",
                rc == VMM_E_NOMEM ? "no memory" : config_error_text(&error, line));
        return 1;
    }
    for (size_t i = 0; (*config)->warnings[i] != NULL; i++) {
        fprintf(out, "warning: %s\n", (*config)->warnings[i]);
    }
    return 0;
}

void config_print_summary(const struct config *config, FILE *out)
{
    fprintf(out, "good: %zu plugins in %s, %zu of them on, %s %s\n", config->plugin_count,
            config->core.plugin_dir, count_on(config), FLAGS_MASTER,
            flags_state(config->flags, FLAGS_MASTER, NULL) ? "on" : "off");
}

int config_print_schema(FILE *out)
{
    struct buf text;
    buf_init(&text);
    json_t *schema = schema_config(core_config_items());
    int rc = schema != NULL ? schema_write(schema, &text) : VMM_E_NOMEM;
    bool written = rc == 0 && fwrite(text.data, 1, text.size, out) == text.size;
    json_decref(schema);
    buf_finish(&text);
    return written ? 0 : 1;
}
