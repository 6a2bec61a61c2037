/* SPDX-License-Identifier: MIT */
#include "rtsp_options.h"

#include <jansson.h>
#include <stdio.h>

#include <kit/rtsp/rtsp_url.h>

static const struct vmm_config_item item_path = {
    .struct_size = sizeof(item_path),
    .type = VMM_CONFIG_TEXT,
    .name = "path",
    .summary = "path and query of the stream, without address, user and password",
    .default_json = "\"/\"",
    .min = 1,
    .max = RTSP_PATH_MAX - 2, /* room for a '/' that was left out, and the NUL */
};

static const struct vmm_config_item item_answer = {
    .struct_size = sizeof(item_answer),
    .type = VMM_CONFIG_DURATION,
    .name = "answer_timeout",
    .summary = "longest silence of the device inside or before an answer",
    .default_json = "\"8s\"",
    .min = 100,
    .max = 60000,
};

const struct vmm_config_item *const rtsp_options_items[] = {
    &item_path,
    &item_answer,
    NULL,
};

static int read_path(struct rtsp_options *options, const char *path)
{
    if (path == NULL || vmm_rtsp_url_is_absolute((struct vmm_rtsp_span){path, strlen(path)})) {
        return VMM_E_INVAL;
    }
    int size =
        snprintf(options->path, sizeof(options->path), "%s%s", path[0] == '/' ? "" : "/", path);
    return size > 0 && (size_t)size < sizeof(options->path) ? 0 : VMM_E_INVAL;
}

int rtsp_options_read(struct rtsp_options *options, const char *json)
{
    json_t *object = json_loads(json, 0, NULL);
    if (object == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = read_path(options, json_string_value(json_object_get(object, "path")));
    options->answer_ms = (uint32_t)json_integer_value(json_object_get(object, "answer_timeout"));
    json_decref(object);
    return rc;
}
