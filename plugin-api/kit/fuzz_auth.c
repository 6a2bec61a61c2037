/* SPDX-License-Identifier: MIT */
/*
 * Input: one byte of options, then lines. Each line is a WWW-Authenticate value of one more 401;
 * with option 2 the rest is a note. Whatever a device or a note says, an exchange must end, cost at
 * most two logins, and write header values of one line.
 */
#include <kit/auth.h>

#include <stdlib.h>
#include <string.h>

#define OPTION_BASIC 1
#define OPTION_NOTE  2

static void check(int good)
{
    if (!good) {
        abort();
    }
}

static void check_line(const char *line)
{
    for (; *line != '\0'; line++) {
        check((unsigned char)*line >= 0x20 && *line != 0x7f);
    }
}

static void send_authorized(struct vmm_auth *auth)
{
    static const uint8_t cnonce[VMM_AUTH_CNONCE_SIZE] = {1, 2, 3};
    static const struct vmm_auth_request request = {"GET", "/cgi?a=b", "us\"er", "pa:ss"};
    char out[VMM_AUTH_HEADER_MAX];
    check(vmm_auth_is_login(auth));
    int len = vmm_auth_authorize(auth, &request, cnonce, out, sizeof(out));
    check(len > 0 && (size_t)len == strlen(out));
    check_line(out);
}

static void check_note(const struct vmm_auth *auth)
{
    uint8_t note[VMM_AUTH_NOTE_MAX];
    uint8_t again[VMM_AUTH_NOTE_MAX];
    struct vmm_auth copy;
    int len = vmm_auth_note_encode(auth, note, sizeof(note));
    if (len > 0) {
        check(vmm_auth_note_decode(&copy, note, (size_t)len) == len);
        check(vmm_auth_note_encode(&copy, again, sizeof(again)) == len);
        check(memcmp(note, again, (size_t)len) == 0);
    }
}

/* One exchange with a device that answers each request with the next line. The rest of the lines.
 */
static char *exchange(struct vmm_auth *auth, uint32_t policy, char *lines)
{
    enum vmm_auth_action action = VMM_AUTH_ANSWER;
    int logins = 0;
    vmm_auth_begin(auth, policy);
    if (vmm_auth_is_login(auth)) {
        send_authorized(auth);
        logins++;
    }
    while (action == VMM_AUTH_ANSWER || action == VMM_AUTH_REFRESH) {
        const char *line = strsep(&lines, "\n");
        const char *const values[] = {line, NULL};
        action = vmm_auth_step(auth, line != NULL ? 401 : 200, values);
        check_note(auth);
        if (action == VMM_AUTH_ANSWER || action == VMM_AUTH_REFRESH) {
            send_authorized(auth);
            logins++;
        }
    }
    check(logins <= 2);
    return lines;
}

static void fuzz_challenges(uint32_t policy, char *lines)
{
    struct vmm_auth auth;
    vmm_auth_init(&auth);
    while (lines != NULL) {
        lines = exchange(&auth, policy, lines);
        if (lines != NULL) {
            vmm_auth_info(&auth, lines);
        }
    }
}

static void fuzz_note(uint32_t policy, const uint8_t *note, size_t size)
{
    struct vmm_auth auth;
    int len = vmm_auth_note_decode(&auth, note, size);
    check(len <= (int)size);
    check_note(&auth);
    vmm_auth_begin(&auth, policy);
    if (vmm_auth_is_login(&auth)) {
        send_authorized(&auth);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    uint32_t policy = (data[0] & OPTION_BASIC) != 0 ? VMM_AUTH_ALLOW_BASIC : 0;
    if ((data[0] & OPTION_NOTE) != 0) {
        fuzz_note(policy, data + 1, size - 1);
        return 0;
    }
    char *lines = strndup((const char *)data + 1, size - 1);
    if (lines != NULL) {
        fuzz_challenges(policy, lines);
        free(lines);
    }
    return 0;
}
