/* SPDX-License-Identifier: MIT */
#include "ctl/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/text.h"

#define CTRL_C 3

static bool is_utf8(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t left = strlen(text);
    while (left > 0) {
        unsigned code = 0;
        size_t length = text_utf8_length(p, left, &code);
        if (length == 0) {
            return false;
        }
        p += length;
        left -= length;
    }
    return true;
}

/* Byte by byte: what stands behind the line belongs to whoever reads next. */
static int read_bytes(int fd, char secret[ASK_MAX])
{
    size_t size = 0;
    for (;;) {
        char byte = '\0';
        ssize_t got = read(fd, &byte, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return VMM_E_IO;
        }
        if (got == 0 || byte == '\n' || byte == '\r') {
            return size > 0 ? 0 : VMM_E_NOENT;
        }
        if (byte == CTRL_C) {
            return VMM_E_NOENT;
        }
        if (size == ASK_MAX - 1 || byte == '\0') {
            return VMM_E_TOOBIG;
        }
        secret[size++] = byte;
        secret[size] = '\0';
    }
}

int ask_read_line(int fd, char secret[ASK_MAX])
{
    secret[0] = '\0';
    int rc = read_bytes(fd, secret);
    if (rc == 0 && !is_utf8(secret)) {
        rc = VMM_E_INVAL;
    }
    if (rc != 0) {
        explicit_bzero(secret, ASK_MAX);
    }
    return rc;
}

/* Signals from the keyboard are off too, so that an interrupt cannot leave the terminal without
 * echo; instead it ends the line, and is read as the person giving up. The question comes only when
 * nothing is echoed any more. */
static int ask_hidden(int tty, const char *prompt, char secret[ASK_MAX])
{
    struct termios before;
    if (tcgetattr(tty, &before) != 0) {
        return VMM_E_IO;
    }
    struct termios hidden = before;
    hidden.c_lflag &= (tcflag_t) ~(ECHO | ECHOE | ECHOK | ECHONL | ISIG);
    hidden.c_cc[VEOL] = CTRL_C;
    if (tcsetattr(tty, TCSAFLUSH, &hidden) != 0) {
        return VMM_E_IO;
    }
    dprintf(tty, "%s: ", prompt);
    int rc = ask_read_line(tty, secret);
    tcsetattr(tty, TCSAFLUSH, &before);
    dprintf(tty, "\n");
    return rc;
}

static int ask_terminal(const char *prompt, char secret[ASK_MAX])
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0) {
        return VMM_E_NOTSUP;
    }
    int rc = ask_hidden(tty, prompt, secret);
    close(tty);
    return rc;
}

int ask_password(struct ctl *ctl, const char *prompt, char secret[ASK_MAX])
{
    int rc = ctl_has(ctl, "password-stdin") ? ask_read_line(STDIN_FILENO, secret)
                                            : ask_terminal(prompt, secret);
    switch (rc) {
    case 0:
        return EXIT_OK;
    case VMM_E_NOTSUP:
        ctl_complain(ctl, "there is no terminal to ask for the password; use --password-stdin");
        return EXIT_USAGE;
    case VMM_E_NOENT:
        ctl_complain(ctl, "no password was given");
        return EXIT_USAGE;
    case VMM_E_IO:
        ctl_complain(ctl, "the password could not be read: %s", strerror(errno));
        return EXIT_USAGE;
    default:
        ctl_complain(ctl, "a password is UTF-8 of at most %d bytes", ASK_MAX - 1);
        return EXIT_USAGE;
    }
}
