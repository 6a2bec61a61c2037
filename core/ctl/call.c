/* SPDX-License-Identifier: MIT */
#include "ctl/call.h"

#include <errno.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "ctl/show.h"

static const struct {
    const char *code;
    int exit;
} exits[] = {
    {CTL_BAD_REQUEST, EXIT_USAGE},  {CTL_UNKNOWN_VERB, EXIT_USAGE}, {CTL_INVALID, EXIT_USAGE},
    {CTL_NOT_FOUND, EXIT_NEGATIVE}, {CTL_TIMEOUT, EXIT_TIMEOUT},
};

int call_exit_code(const char *code)
{
    for (size_t i = 0; i < sizeof(exits) / sizeof(exits[0]); i++) {
        if (strcmp(exits[i].code, code) == 0) {
            return exits[i].exit;
        }
    }
    return EXIT_REFUSED;
}

void call_put_text(json_t *args, const char *key, const char *text)
{
    if (text != NULL) {
        json_object_set_new(args, key, json_string(text));
    }
}

static int open_failed(struct ctl *ctl, const char *path, int rc)
{
    switch (rc) {
    case VMM_E_NOENT:
        ctl_complain(
            ctl,
            "no vmmd listens at %s; is it running? --socket or VMM_RUN_DIR names another folder",
            path);
        break;
    case VMM_E_DENIED:
        ctl_complain(ctl,
                     "%s may not be opened by this user; be in the group of the file, or use sudo",
                     path);
        break;
    default:
        ctl_complain(ctl, "%s: %s", path, strerror(errno));
        break;
    }
    return EXIT_NO_VMMD;
}

static bool socket_path(const struct ctl *ctl, const char *name, char *path, size_t size)
{
    return text_format(path, size, "%s/%s", ctl->run_dir, name);
}

static int open_client(struct ctl *ctl, bool changes, struct ctl_client **client)
{
    struct ctl_client **kept = changes ? &ctl->control : &ctl->status;
    char path[sizeof(ctl->run_dir) + 32];
    if (*kept == NULL) {
        socket_path(ctl, changes ? CTL_SOCKET_CONTROL : CTL_SOCKET_STATUS, path, sizeof(path));
        int rc = ctl_client_open(path, kept);
        if (rc != 0) {
            return open_failed(ctl, path, rc);
        }
    }
    *client = *kept;
    return EXIT_OK;
}

bool call_is_vmmd_there(struct ctl *ctl)
{
    char path[sizeof(ctl->run_dir) + 32];
    struct ctl_client *client = NULL;
    socket_path(ctl, CTL_SOCKET_STATUS, path, sizeof(path));
    bool there = ctl_client_open(path, &client) != VMM_E_NOENT;
    ctl_client_close(client);
    return there;
}

static int transport_failed(struct ctl *ctl, int rc)
{
    switch (rc) {
    case VMM_E_TIMEOUT:
        ctl_complain(ctl, "vmmd did not answer in time");
        return EXIT_TIMEOUT;
    case VMM_E_TOOBIG:
        ctl_complain(ctl, "the request is over 64 KiB");
        return EXIT_USAGE;
    case VMM_E_IO:
        ctl_complain(ctl, "vmmd closed the connection");
        return EXIT_NO_VMMD;
    case VMM_E_NOMEM:
        ctl_complain(ctl, "no memory");
        return EXIT_REFUSED;
    default:
        ctl_complain(ctl, "vmmd gave no answer of this version's protocol");
        return EXIT_REFUSED;
    }
}

static int server_refused(struct ctl *ctl, const struct call *call, const json_t *error)
{
    const char *code = show_text(error, "code");
    bool quiet = call->quiet_on != NULL && strcmp(call->quiet_on, code) == 0;
    if (call->was_quiet != NULL) {
        *call->was_quiet = quiet;
    }
    if (!quiet) {
        ctl_complain(ctl, "%s", show_text(error, "message"));
        const char *remedy = show_text(error, "remedy");
        if (remedy[0] != '\0') {
            ctl_complain(ctl, "%s", remedy);
        }
    }
    return call_exit_code(code);
}

static uint32_t time_for(const struct ctl *ctl, const struct call *call)
{
    if (ctl->timeout_ms != 0) {
        return ctl->timeout_ms;
    }
    if (call->endless) {
        return CTL_FOREVER;
    }
    return call->timeout_ms != 0 ? call->timeout_ms : CALL_TIMEOUT_MS;
}

int call_vmmd(struct ctl *ctl, const struct call *call, json_t **result)
{
    struct ctl_client *client = NULL;
    int code = open_client(ctl, call->changes, &client);
    if (code != EXIT_OK) {
        json_decref(call->args);
        return code;
    }
    json_t *last = NULL;
    int rc = ctl_client_call(client, call->verb, call->args, call->on_row, call->arg,
                             time_for(ctl, call), &last);
    const json_t *error = json_object_get(last, "error");
    if (rc != 0) {
        code = transport_failed(ctl, rc);
    } else if (error != NULL) {
        code = server_refused(ctl, call, error);
    }
    if (code == EXIT_OK && result != NULL) {
        json_object_del(last, "done");
        *result = json_incref(last);
    }
    json_decref(last);
    return code;
}
