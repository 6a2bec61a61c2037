/* SPDX-License-Identifier: MIT */
#include "sinks/authority.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *authority_path(const struct authority *authority, const char *file)
{
    static char paths[4][320];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", authority->folder, file);
    return path;
}

static void add_extension(X509 *certificate, int what, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, what, value);
    cr_assert_not_null(extension, "%s", value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

/* A certificate for a key, not signed yet. */
static X509 *draft(struct authority *authority, EVP_PKEY *key, const char *name)
{
    X509 *certificate = X509_new();
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++authority->serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1,
                               0);
    X509_set_pubkey(certificate, key);
    return certificate;
}

static FILE *open_file(const struct authority *authority, const char *name, const char *suffix)
{
    char file[48];
    snprintf(file, sizeof(file), "%s.%s", name, suffix);
    FILE *opened = fopen(authority_path(authority, file), "w");
    cr_assert_not_null(opened, "%s", file);
    fchmod(fileno(opened), 0600);
    return opened;
}

static void write_certificate(const struct authority *authority, const char *name,
                              X509 *certificate)
{
    FILE *file = open_file(authority, name, "pem");
    cr_assert_eq(PEM_write_X509(file, certificate), 1);
    fclose(file);
}

void authority_open(struct authority *authority, const char *name)
{
    *authority = (struct authority){.folder = "/tmp/authority-XXXXXX"};
    cr_assert_not_null(mkdtemp(authority->folder));
    authority->key = EVP_RSA_gen(2048);
    authority->certificate = draft(authority, authority->key, name);
    X509_set_issuer_name(authority->certificate, X509_get_subject_name(authority->certificate));
    add_extension(authority->certificate, NID_basic_constraints, "critical,CA:TRUE");
    cr_assert_gt(X509_sign(authority->certificate, authority->key, EVP_sha256()), 0);
    write_certificate(authority, "ca", authority->certificate);
}

void authority_sign(struct authority *authority, const char *name, const char *addresses,
                    const char *password)
{
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509 *certificate = draft(authority, key, name);
    X509_set_issuer_name(certificate, X509_get_subject_name(authority->certificate));
    add_extension(certificate, NID_subject_alt_name, addresses);
    cr_assert_gt(X509_sign(certificate, authority->key, EVP_sha256()), 0);
    write_certificate(authority, name, certificate);
    FILE *file = open_file(authority, name, "key");
    cr_assert_eq(PEM_write_PKCS8PrivateKey(file, key, password != NULL ? EVP_aes_256_cbc() : NULL,
                                           NULL, 0, NULL, (void *)password),
                 1);
    fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

void authority_close(struct authority *authority)
{
    DIR *folder = opendir(authority->folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        unlink(authority_path(authority, entry->d_name)); /* not . and .. */
    }
    closedir(folder);
    rmdir(authority->folder);
    X509_free(authority->certificate);
    EVP_PKEY_free(authority->key);
}
