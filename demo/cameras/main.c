/* SPDX-License-Identifier: MIT */
/*
 * demo-cameras: four cameras of a real RTSP server on 127.0.0.1, for the demo and for tests.
 */
#include <errno.h>
#include <getopt.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cameras/camera.h"
#include "cameras/login.h"

#define CLEAN_UP_S 10 /* between looks for sessions that have timed out */

static struct camera cameras[] = {
    {.path = "/cam1", .pattern = "smpte", .codec = CLIP_H264},
    {.path = "/cam2", .pattern = "ball", .codec = CLIP_H264},
    {.path = "/cam3", .pattern = "circular", .codec = CLIP_H264},
    {.path = "/cam4", .pattern = "pinwheel", .codec = CLIP_H265},
};

struct arguments {
    const char *login;
    const char *cache;
    const char *ready;
    const char *port;
    bool with_parent;
};

static const char usage[] =
    "usage: demo-cameras --login FILE --cache FOLDER --ready FILE [--port PORT] [--with-parent]\n"
    "\n"
    "Serves /cam1 to /cam3 (H.264) and /cam4 (H.265) on 127.0.0.1 by RTSP, for the account that\n"
    "stands as user:password in --login. Encodes the clips into --cache when they are not there.\n"
    "Once it listens, it writes port and paths as JSON to --ready. Ends on SIGTERM, and with\n"
    "--with-parent when the process that started it ends.\n";

/* The library would take the rest of a larger number. */
static bool is_port(const char *text)
{
    return strlen(text) <= 5 && text[strspn(text, "0123456789")] == '\0' && text[0] != '\0' &&
           atoi(text) <= 65535;
}

static bool read_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {
        {"login", required_argument, NULL, 'l'}, {"cache", required_argument, NULL, 'c'},
        {"ready", required_argument, NULL, 'r'}, {"port", required_argument, NULL, 'p'},
        {"with-parent", no_argument, NULL, 'w'}, {NULL, 0, NULL, 0},
    };
    *arguments = (struct arguments){.port = "0"};
    for (int option = 0; option != -1;) {
        option = getopt_long(argc, argv, "", options, NULL);
        switch (option) {
        case 'l':
            arguments->login = optarg;
            break;
        case 'c':
            arguments->cache = optarg;
            break;
        case 'r':
            arguments->ready = optarg;
            break;
        case 'p':
            arguments->port = optarg;
            break;
        case 'w':
            arguments->with_parent = true;
            break;
        case '?':
            return false;
        default:
            break;
        }
    }
    return optind == argc && arguments->login != NULL && arguments->cache != NULL &&
           arguments->ready != NULL && is_port(arguments->port);
}

/* False when the parent has ended already. */
static bool end_with_parent(void)
{
    pid_t parent = getppid();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    return getppid() == parent && parent != 1;
}

static int load_clips(const char *folder)
{
    if (g_mkdir_with_parents(folder, 0755) != 0) {
        fprintf(stderr, "demo-cameras: %s: %s\n", folder, strerror(errno));
        return -1;
    }
    int rc = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(cameras) && rc == 0; i++) {
        struct camera *camera = &cameras[i];
        rc = clip_load(&camera->clip, folder, camera->path + 1, camera->codec, camera->pattern);
    }
    return rc;
}

static void mount_all(GstRTSPServer *server)
{
    GstRTSPMountPoints *mounts = gst_rtsp_server_get_mount_points(server);
    for (size_t i = 0; i < G_N_ELEMENTS(cameras); i++) {
        camera_mount(&cameras[i], mounts);
    }
    g_object_unref(mounts);
}

/* Under another name first: who sees the file sees all of it. */
static int write_ready(const char *file, int port)
{
    char *new_file = g_strconcat(file, ".new", NULL);
    FILE *stream = fopen(new_file, "we");
    int rc = stream != NULL ? 0 : -1;
    if (stream != NULL) {
        fprintf(stream, "{\"port\": %d, \"paths\": [", port);
        for (size_t i = 0; i < G_N_ELEMENTS(cameras); i++) {
            fprintf(stream, "%s\"%s\"", i > 0 ? ", " : "", cameras[i].path);
        }
        fprintf(stream, "]}\n");
        rc = fclose(stream);
    }
    if (rc != 0 || rename(new_file, file) != 0) {
        fprintf(stderr, "demo-cameras: %s: %s\n", file, strerror(errno));
        rc = -1;
    }
    g_free(new_file);
    return rc;
}

static gboolean on_clean_up(gpointer arg)
{
    GstRTSPSessionPool *pool = gst_rtsp_server_get_session_pool(arg);
    gst_rtsp_session_pool_cleanup(pool);
    g_object_unref(pool);
    return G_SOURCE_CONTINUE;
}

static gboolean on_signal(gpointer arg)
{
    g_main_loop_quit(arg);
    return G_SOURCE_CONTINUE;
}

static GstRTSPFilterResult drop_client(GstRTSPServer *server, GstRTSPClient *client, gpointer arg)
{
    (void)server;
    (void)client;
    (void)arg;
    return GST_RTSP_FILTER_REMOVE;
}

/* Serve until a signal comes. */
static int serve(GstRTSPServer *server, const struct arguments *arguments)
{
    guint listening = gst_rtsp_server_attach(server, NULL);
    if (listening == 0) {
        fprintf(stderr, "demo-cameras: port %s of 127.0.0.1 cannot be listened on\n",
                arguments->port);
        return -1;
    }
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    g_unix_signal_add(SIGTERM, on_signal, loop);
    g_unix_signal_add(SIGINT, on_signal, loop);
    g_timeout_add_seconds(CLEAN_UP_S, on_clean_up, server);
    int rc = write_ready(arguments->ready, gst_rtsp_server_get_bound_port(server));
    if (rc == 0) {
        g_main_loop_run(loop);
    }
    g_source_remove(listening);
    gst_rtsp_server_client_filter(server, drop_client, NULL);
    g_main_loop_unref(loop);
    return rc;
}

static int run(const struct arguments *arguments)
{
    GstRTSPServer *server = gst_rtsp_server_new();
    gst_rtsp_server_set_address(server, "127.0.0.1");
    gst_rtsp_server_set_service(server, arguments->port);
    int rc = login_require(server, arguments->login);
    if (rc == 0) {
        rc = load_clips(arguments->cache);
    }
    if (rc == 0) {
        mount_all(server);
        rc = serve(server, arguments);
    }
    g_object_unref(server);
    for (size_t i = 0; i < G_N_ELEMENTS(cameras); i++) {
        clip_finish(&cameras[i].clip);
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    if (!read_arguments(argc, argv, &arguments)) {
        fputs(usage, stderr);
        return 2;
    }
    if (arguments.with_parent && !end_with_parent()) {
        return 1;
    }
    gst_init(NULL, NULL);
    return run(&arguments) == 0 ? 0 : 1;
}
