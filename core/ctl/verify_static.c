/* SPDX-License-Identifier: MIT */
/* Rules on the file: nothing of it is run. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vmm/plugin.h>

#include "base/text.h"
#include "ctl/show.h"
#include "ctl/verify.h"
#include "ctl/verify_elf.h"

#define ENTRY "vmm_plugin_v0"

enum verify_verdict verify_file(struct verify *verify)
{
    struct stat file;
    if (stat(verify->plugin, &file) != 0) {
        return verify_say(verify, VERIFY_BROKEN, "%s", strerror(errno));
    }
    if (!S_ISREG(file.st_mode)) {
        return verify_say(verify, VERIFY_BROKEN, "it is no regular file");
    }
    if ((file.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return verify_say(verify, VERIFY_BROKEN, "others may write it: mode %04o",
                          (unsigned)(file.st_mode & 07777));
    }
    return VERIFY_KEPT;
}

/* What stood out among the symbols. */
struct symbols {
    bool entry;
    bool sockets; /* the network ones are allowed */
    char odd[256];
};

static void add_odd(struct symbols *symbols, const char *name)
{
    size_t used = strlen(symbols->odd);
    text_format(symbols->odd + used, sizeof(symbols->odd) - used, "%s%.60s", used > 0 ? ", " : "",
                name);
}

static enum verify_verdict with_symbols(struct verify *verify, verify_symbol_fn fn,
                                        struct symbols *symbols)
{
    struct stat file;
    int fd = open(verify->plugin, O_RDONLY | O_CLOEXEC);
    int rc = fd >= 0 && fstat(fd, &file) == 0 ? 0 : VMM_E_IO;
    void *image = rc == 0 && file.st_size > 0
                      ? mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0)
                      : MAP_FAILED;
    if (image != MAP_FAILED) {
        rc = verify_elf_symbols(image, (size_t)file.st_size, fn, symbols);
        munmap(image, (size_t)file.st_size);
    } else {
        rc = VMM_E_IO;
    }
    if (fd >= 0) {
        close(fd);
    }
    return rc == 0 ? VERIFY_KEPT
                   : verify_say(verify, VERIFY_BROKEN, "it is no 64-bit shared object");
}

static void look_shown(void *arg, const char *name, bool defined)
{
    struct symbols *symbols = arg;
    if (!defined) {
        return;
    }
    if (strcmp(name, ENTRY) == 0) {
        symbols->entry = true;
    } else if (strcmp(name, "_init") != 0 && strcmp(name, "_fini") != 0) {
        add_odd(symbols, name);
    }
}

enum verify_verdict verify_entry(struct verify *verify)
{
    struct symbols symbols = {0};
    if (with_symbols(verify, look_shown, &symbols) != VERIFY_KEPT) {
        return VERIFY_BROKEN;
    }
    if (!symbols.entry) {
        return verify_say(verify, VERIFY_BROKEN, "it has no function " ENTRY);
    }
    if (symbols.odd[0] != '\0') {
        return verify_say(verify, VERIFY_BROKEN, "it also shows %s", symbols.odd);
    }
    return VERIFY_KEPT;
}

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (strcmp(*list, name) == 0) {
            return true;
        }
    }
    return false;
}

static void look_wanted(void *arg, const char *name, bool defined)
{
    static const char *const process[] = {
        "fork",   "vfork",     "execve",     "execv",     "execvp",    "system",         "popen",
        "signal", "sigaction", "umask",      "setlocale", "chdir",     "setenv",         "putenv",
        "exit",   "_exit",     "quick_exit", "setuid",    "setgid",    "pthread_create", "kill",
        "prctl",  "ptrace",    "dlopen",     "atexit",    "setrlimit", "raise",          NULL};
    static const char *const network[] = {"socket",  "connect", "bind",        "listen",
                                          "accept",  "sendto",  "getaddrinfo", "gethostbyname",
                                          "accept4", NULL};
    struct symbols *symbols = arg;
    if (!defined && (is_one_of(name, process) || (!symbols->sockets && is_one_of(name, network)))) {
        add_odd(symbols, name);
    }
}

enum verify_verdict verify_imports(struct verify *verify)
{
    struct symbols symbols = {.sockets = (verify->traits & VMM_TRAIT_OWN_SOCKETS) != 0};
    if (with_symbols(verify, look_wanted, &symbols) != VERIFY_KEPT) {
        return VERIFY_BROKEN;
    }
    if (symbols.odd[0] != '\0') {
        return verify_say(verify, VERIFY_BROKEN, "it calls %s", symbols.odd);
    }
    return VERIFY_KEPT;
}

enum verify_verdict verify_fragment(struct verify *verify)
{
    static const char *const kinds[] = {"", "probe", "sink", "service"};
    char path[4096];
    json_error_t error;
    size_t length = strlen(verify->plugin);
    if (verify->kind == 0 || verify->kind > 3 || length < 3) {
        return verify_say(verify, VERIFY_NOT_TRIED, "it did not describe itself");
    }
    text_format(path, sizeof(path), "%.*s.json", (int)(length - 3), verify->plugin);
    if (access(path, F_OK) != 0) {
        return verify_say(verify, VERIFY_NOT_TRIED, "there is none: its flag is FEATURE_PLUGIN_…");
    }
    json_t *fragment = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (fragment == NULL) {
        return verify_say(verify, VERIFY_BROKEN, "line %d: %s", error.line, error.text);
    }
    enum verify_verdict verdict = VERIFY_KEPT;
    if (strcmp(show_text(fragment, "name"), verify->name) != 0 ||
        strcmp(show_text(fragment, "kind"), kinds[verify->kind]) != 0 ||
        strcmp(show_text(fragment, "flag"), verify->flag) != 0) {
        verdict = verify_say(verify, VERIFY_BROKEN, "the descriptor says %s, %s, %s", verify->name,
                             kinds[verify->kind], verify->flag);
    }
    json_decref(fragment);
    return verdict;
}
