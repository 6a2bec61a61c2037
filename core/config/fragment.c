/* SPDX-License-Identifier: MIT */
#include "config/fragment.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "config/pattern.h"

#define ITEM(name_, type_, ...)                                                                    \
    {                                                                                              \
        .struct_size = sizeof(struct vmm_config_item), .type = VMM_CONFIG_##type_, .name = name_,  \
        __VA_ARGS__                                                                                \
    }

/* A page that tells a maker's devices without a login, for the plugin that collects them. */
#define ASK(name_, type_, ...)                                                                     \
    static const struct vmm_config_item ask_##name_ = ITEM(#name_, type_, __VA_ARGS__)

ASK(target, TEXT, .summary = "path and query to ask for", .min = 1, .max = 255,
    .flags = VMM_CONFIG_REQUIRED);
ASK(send, TEXT, .summary = "the body of a POST that only reads", .min = 1, .max = 1024);
ASK(port, INT, .summary = "to ask it at; none: where the device's pages are", .min = 1,
    .max = 65535);
ASK(order, INT, .summary = "the lowest first; none: 50", .min = 1, .max = 99);

static const struct vmm_config_item *const ask_items[] = {&ask_target, &ask_send, &ask_port,
                                                          &ask_order, NULL};

config_items fragment_items(void)
{
    static const struct vmm_config_item name =
        ITEM("name", TEXT, .summary = "the plugin's name", .min = 1, .max = VMM_PLUGIN_NAME_MAX,
             .flags = VMM_CONFIG_REQUIRED);
    static const struct vmm_config_item flag =
        ITEM("flag", TEXT, .summary = "its feature flag", .min = 9, .max = 64,
             .flags = VMM_CONFIG_REQUIRED);
    static const struct vmm_config_item kind =
        ITEM("kind", WORD, .summary = "what it is", .words = "probe|sink|service",
             .flags = VMM_CONFIG_REQUIRED);
    static const struct vmm_config_item file =
        ITEM("file", TEXT, .summary = "the .so beside the fragment; default its own name", .min = 4,
             .max = 255);
    static const struct vmm_config_item summary =
        ITEM("summary", TEXT, .summary = "one line for people", .default_json = "\"\"", .max = 255);
    static const struct vmm_config_item hosts =
        ITEM("hosts", INT, .summary = "processes that run it", .default_json = "1", .min = 1,
             .max = FRAGMENT_HOSTS_MAX);
    static const struct vmm_config_item own_port =
        ITEM("own_port", BOOL, .default_json = "false",
             .summary = "a probe that speaks at another port than that of the device's pages");
    static const struct vmm_config_item asks =
        ITEM("asks", LIST, .summary = "pages that tell the devices it speaks to, without a login",
             .max = 4, .items = ask_items);
    static const struct vmm_config_item collects_asks =
        ITEM("collects_asks", BOOL, .default_json = "false",
             .summary = "its setting \"asks\" is those of all plugins");
    static const struct vmm_config_item *const items[] = {
        &name, &flag, &kind, &file, &summary, &hosts, &own_port, &asks, &collects_asks, NULL};
    return items;
}

config_items fragment_settings(void)
{
    static const struct vmm_config_item hosts =
        ITEM("hosts", INT, .summary = "processes that run it", .min = 1, .max = FRAGMENT_HOSTS_MAX);
    static const struct vmm_config_item own_sockets =
        ITEM("own_sockets", BOOL, .default_json = "false",
             .summary = "allow a plugin that says so to connect by itself");
    static const struct vmm_config_item *const items[] = {&hosts, &own_sockets, NULL};
    return items;
}

/* ---- One plugin ---- */

static void finish_one(struct fragment *fragment)
{
    free(fragment->name);
    free(fragment->flag);
    free(fragment->summary);
    free(fragment->path);
    json_decref(fragment->asks);
    document_destroy(fragment->document);
}

static struct fragment_file identify(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
        return (struct fragment_file){0};
    }
    return (struct fragment_file){
        .device = st.st_dev,
        .inode = st.st_ino,
        .size = (uint64_t)st.st_size,
        .changed_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
    };
}

static int set_texts(struct fragment *fragment, const char *name, const char *flag,
                     const char *summary, const char *folder, const char *file)
{
    char path[4096];
    text_format(path, sizeof(path), "%s/%s", folder, file);
    fragment->name = strdup(name);
    fragment->flag = strdup(flag);
    fragment->summary = strdup(summary);
    fragment->path = strdup(path);
    fragment->file = identify(path);
    bool good = fragment->name != NULL && fragment->flag != NULL && fragment->summary != NULL &&
                fragment->path != NULL;
    return good ? 0 : VMM_E_NOMEM;
}

/* Say where in the fragment it stands; a setting that is missing has the place of the whole. */
static int placed(const struct fragment *fragment, struct config_error *error)
{
    if (fragment->document != NULL && !document_locate(fragment->document, error->pointer, error)) {
        document_locate(fragment->document, "", error);
    }
    return VMM_E_INVAL;
}

static int refuse(const struct fragment *fragment, const char *pointer, const char *problem,
                  const char *remedy, struct config_error *error)
{
    config_error_set(error, pointer, remedy, "%s", problem);
    return placed(fragment, error);
}

static int check_names(const struct fragment *fragment, const char *file,
                       struct config_error *error)
{
    if (!pattern_matches(PATTERN_PLUGIN, fragment->name)) {
        return refuse(fragment, "/name", "this is no name of a plugin",
                      "write [a-z][a-z0-9_]*, at most 32 characters", error);
    }
    if (!pattern_matches(PATTERN_FLAG, fragment->flag)) {
        return refuse(fragment, "/flag", "this is no name of a flag", "write FEATURE_…", error);
    }
    size_t length = strlen(file);
    if (strchr(file, '/') != NULL || length < 4 || strcmp(file + length - 3, ".so") != 0) {
        return refuse(fragment, "/file", "this is no .so beside the fragment",
                      "write a file name that ends in .so", error);
    }
    return 0;
}

static uint32_t kind_of(const char *word)
{
    static const char *const words[] = {"", "probe", "sink", "service"};
    uint32_t kind = VMM_KIND_PROBE;
    while (strcmp(words[kind], word) != 0) {
        kind++;
    }
    return kind;
}

/* Take over what the validated fragment says. */
static int take(struct fragment *fragment, const json_t *checked, const char *folder,
                const char *stem, struct config_error *error)
{
    char usual[256];
    const char *file = json_string_value(json_object_get(checked, "file"));
    text_format(usual, sizeof(usual), "%s.so", stem);
    file = file != NULL ? file : usual;
    int rc = set_texts(fragment, json_string_value(json_object_get(checked, "name")),
                       json_string_value(json_object_get(checked, "flag")),
                       json_string_value(json_object_get(checked, "summary")), folder, file);
    fragment->kind = kind_of(json_string_value(json_object_get(checked, "kind")));
    fragment->hosts = (uint32_t)json_integer_value(json_object_get(checked, "hosts"));
    fragment->asks = json_incref(json_object_get(checked, "asks"));
    fragment->collects_asks = json_is_true(json_object_get(checked, "collects_asks"));
    fragment->own_port = json_is_true(json_object_get(checked, "own_port"));
    return rc != 0 ? rc : check_names(fragment, file, error);
}

static int read_document(struct fragment *fragment, const char *folder, const char *stem,
                         struct config_error *error)
{
    json_t *root = json_copy(fragment->document->root);
    json_t *checked = NULL;
    if (root == NULL) {
        return VMM_E_NOMEM;
    }
    fragment->config = json_object_get(root, "config");
    if (fragment->config != NULL && !json_is_object(fragment->config)) {
        json_decref(root);
        return refuse(fragment, "/config", "this is no object", "write { … }", error);
    }
    json_object_del(root, "config");
    int rc = validate_object(root, fragment_items(), "", &checked, error);
    json_decref(root);
    if (rc == VMM_E_INVAL) {
        return placed(fragment, error);
    }
    if (rc == 0) {
        rc = take(fragment, checked, folder, stem, error);
    }
    json_decref(checked);
    return rc;
}

/* A .so without a fragment: name and flag follow from its file name. */
static int read_bare(struct fragment *fragment, const char *folder, const char *stem,
                     struct config_error *error)
{
    char name[64];
    char flag[96];
    char file[80];
    text_format(file, sizeof(file), "%s.so", stem);
    text_format(name, sizeof(name), "%s", stem);
    for (char *p = name; *p != '\0'; p++) {
        *p = isalnum((unsigned char)*p) ? (char)tolower((unsigned char)*p) : '_';
    }
    text_format(flag, sizeof(flag), "FEATURE_PLUGIN_%s", name);
    for (char *p = flag; *p != '\0'; p++) {
        *p = (char)toupper((unsigned char)*p);
    }
    fragment->hosts = 1;
    int rc = set_texts(fragment, name, flag, "", folder, file);
    if (rc != 0) {
        return rc;
    }
    if (strlen(stem) > VMM_PLUGIN_NAME_MAX || !pattern_matches(PATTERN_PLUGIN, name)) {
        text_format(error->file, sizeof(error->file), "%s", fragment->path);
        return refuse(fragment, "", "the file's name cannot be a plugin's name",
                      "rename it to [a-z][a-z0-9_]*.so", error);
    }
    return 0;
}

/* ---- The folder ---- */

static const char *origin(const struct fragment *fragment)
{
    return fragment->document != NULL ? fragment->document->path : fragment->path;
}

/* The place is that of the second one; a .so without a fragment has no line. */
static int refuse_twice(const struct fragment *a, const struct fragment *b, const char *what,
                        struct config_error *error)
{
    char pointer[16] = "";
    if (b->document != NULL) {
        text_format(pointer, sizeof(pointer), "/%s", what);
    }
    config_error_set(error, pointer, "remove one of them", "%s and %s are two plugins of one %s",
                     origin(a), origin(b), what);
    if (b->document != NULL) {
        return placed(b, error);
    }
    text_format(error->file, sizeof(error->file), "%s", b->path);
    return VMM_E_INVAL;
}

static int check_unique(const struct fragment_list *list, const struct fragment *added,
                        struct config_error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct fragment *other = &list->items[i];
        const char *what = strcmp(other->name, added->name) == 0   ? "name"
                           : strcmp(other->flag, added->flag) == 0 ? "flag"
                           : strcmp(other->path, added->path) == 0 ? "file"
                                                                   : NULL;
        if (what != NULL) {
            return refuse_twice(other, added, what, error);
        }
    }
    return 0;
}

/* Takes over the fragment, also when it fails. */
static int append(struct fragment_list *list, struct fragment *fragment, int rc,
                  struct config_error *error)
{
    if (rc == 0) {
        rc = check_unique(list, fragment, error);
    }
    struct fragment *items =
        rc == 0 ? realloc(list->items, (list->count + 1) * sizeof(*items)) : NULL;
    if (items == NULL) {
        finish_one(fragment);
        return rc != 0 ? rc : VMM_E_NOMEM;
    }
    list->items = items;
    items[list->count++] = *fragment;
    return 0;
}

static void stem_of(const char *file, char *stem, size_t size)
{
    text_format(stem, size, "%s", file);
    char *dot = strrchr(stem, '.');
    if (dot != NULL) {
        *dot = '\0';
    }
}

static int add_fragment(struct fragment_list *list, const char *folder, const char *file,
                        struct config_error *error)
{
    struct fragment fragment = {0};
    char path[4096];
    char stem[256];
    text_format(path, sizeof(path), "%s/%s", folder, file);
    stem_of(file, stem, sizeof(stem));
    int rc = document_read(path, &fragment.document, error);
    if (rc == 0) {
        rc = read_document(&fragment, folder, stem, error);
    }
    return append(list, &fragment, rc, error);
}

static bool is_claimed(const struct fragment_list *list, const char *folder, const char *file)
{
    char path[4096];
    text_format(path, sizeof(path), "%s/%s", folder, file);
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].path, path) == 0) {
            return true;
        }
    }
    return false;
}

static int add_bare(struct fragment_list *list, const char *folder, const char *file,
                    struct config_error *error)
{
    struct fragment fragment = {0};
    char stem[256];
    if (is_claimed(list, folder, file)) {
        return 0;
    }
    stem_of(file, stem, sizeof(stem));
    return append(list, &fragment, read_bare(&fragment, folder, stem, error), error);
}

static int add_all(struct fragment_list *list, const char *folder, const char *suffix,
                   int (*add)(struct fragment_list *, const char *, const char *,
                              struct config_error *),
                   struct config_error *error)
{
    char **names = NULL;
    int rc = document_names(folder, suffix, &names);
    if (rc == VMM_E_IO) {
        text_format(error->file, sizeof(error->file), "%s", folder);
        config_error_set(error, "", "name a folder that vmmd can read", "%s", strerror(errno));
        return VMM_E_INVAL;
    }
    for (size_t i = 0; rc == 0 && names[i] != NULL; i++) {
        rc = add(list, folder, names[i], error);
    }
    document_names_free(names);
    return rc;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct fragment *)a)->name, ((const struct fragment *)b)->name);
}

int fragment_scan(const char *folder, struct fragment_list *out, struct config_error *error)
{
    *out = (struct fragment_list){0};
    int rc = add_all(out, folder, ".json", add_fragment, error);
    if (rc == 0) {
        rc = add_all(out, folder, ".so", add_bare, error);
    }
    if (rc != 0) {
        fragment_list_finish(out);
        return rc;
    }
    if (out->count > 0) {
        qsort(out->items, out->count, sizeof(*out->items), compare);
    }
    return 0;
}

void fragment_list_finish(struct fragment_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        finish_one(&list->items[i]);
    }
    free(list->items);
    *list = (struct fragment_list){0};
}

const struct fragment *fragment_find(const struct fragment_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].name, name) == 0) {
            return &list->items[i];
        }
    }
    return NULL;
}
