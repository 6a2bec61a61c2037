/* SPDX-License-Identifier: MIT */
#include "sinks/certificate.h"

#include <criterion/criterion.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static X509 *make_certificate(EVP_PKEY *key, const char *names)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"mail", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    X509_EXTENSION *address = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
    X509_add_ext(certificate, address, -1);
    X509_EXTENSION_free(address);
    cr_assert_gt(X509_sign(certificate, key, EVP_sha256()), 0);
    return certificate;
}

static FILE *open_file(const char *folder, const char *name)
{
    char path[64];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    return file;
}

void certificate_make(char folder[CERTIFICATE_FOLDER_SIZE])
{
    certificate_make_for(folder, "IP:127.0.0.1");
}

void certificate_make_for(char folder[CERTIFICATE_FOLDER_SIZE], const char *names)
{
    snprintf(folder, CERTIFICATE_FOLDER_SIZE, "/tmp/certificate-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509 *certificate = make_certificate(key, names);
    FILE *file = open_file(folder, "ca.pem");
    PEM_write_X509(file, certificate);
    fclose(file);
    file = open_file(folder, "key.pem");
    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

void certificate_remove(const char *folder)
{
    static const char *const names[] = {"ca.pem", "key.pem"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[64];
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}
