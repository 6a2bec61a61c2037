/* SPDX-License-Identifier: MIT */
/* A folder of files for one test, gone with it. */
#ifndef TESTS_CONFIG_FILES_H
#define TESTS_CONFIG_FILES_H

#include <criterion/criterion.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

static char files_folder[64];

static int files_remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static void files_begin(void)
{
    strncpy(files_folder, "/tmp/vmm-test-XXXXXX", sizeof(files_folder) - 1);
    cr_assert_not_null(mkdtemp(files_folder));
}

static void files_end(void)
{
    nftw(files_folder, files_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* The path of a file of the folder; four may be in use at once. */
__attribute__((unused)) static const char *files_path(const char *name)
{
    static char paths[4][256];
    static unsigned next = 0;
    char *path = paths[next++ % 4];
    text_format(path, sizeof(paths[0]), "%s/%s", files_folder, name);
    return path;
}

__attribute__((unused)) static void files_mkdir(const char *name)
{
    cr_assert_eq(mkdir(files_path(name), 0755), 0);
}

/* Write by a new file and a rename, as packages do. */
__attribute__((unused)) static void files_write(const char *name, const char *text)
{
    char temporary[300];
    text_format(temporary, sizeof(temporary), "%s.new", files_path(name));
    FILE *file = fopen(temporary, "we");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    cr_assert_eq(rename(temporary, files_path(name)), 0);
}

#endif
