/* SPDX-License-Identifier: MIT */
#include "main/note.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/probe.h>

/* In front of the rest. No host's note is as long as `mark` says: so rows are known that begin with the notes. */
struct stored_pace {
    uint16_t mark;
    uint16_t version;
    struct pace pace;
};

#define PACE_MARK    UINT16_MAX
#define PACE_VERSION 1u

_Static_assert(sizeof(struct stored_pace) + sizeof(struct note) + NOTE_HOST_MAX + VMM_NOTE_MAX <=
                   STORE_NOTE_MAX,
               "a full note fits its column");

size_t note_write(const struct watched *watched, uint8_t out[STORE_NOTE_MAX])
{
    struct stored_pace stored = {.mark = PACE_MARK, .version = PACE_VERSION, .pace = watched->pace};
    const struct note *note = watched->note;
    size_t size = note != NULL ? sizeof(*note) + note->host_size + note->plugin_size : 0;
    memcpy(out, &stored, sizeof(stored));
    if (note != NULL) {
        memcpy(out + sizeof(stored), note, size);
    }
    return sizeof(stored) + size;
}

void note_forget(struct watched *watched)
{
    if (watched->note != NULL) {
        watched->note->plugin_size = 0;
    }
}

static void read_notes(struct watched *watched, const uint8_t *bytes, size_t size)
{
    struct note head;
    if (size < sizeof(head)) {
        return;
    }
    memcpy(&head, bytes, sizeof(head));
    if (size != sizeof(head) + head.host_size + head.plugin_size ||
        head.host_size > NOTE_HOST_MAX || head.plugin_size > VMM_NOTE_MAX) {
        return;
    }
    watched->note = malloc(size);
    if (watched->note != NULL) {
        memcpy(watched->note, bytes, size);
    }
}

void note_read(struct watched *watched, const void *bytes, size_t size)
{
    struct stored_pace stored;
    if (size >= sizeof(stored)) {
        memcpy(&stored, bytes, sizeof(stored));
        if (stored.mark == PACE_MARK && stored.version == PACE_VERSION) {
            watched->pace = stored.pace;
            read_notes(watched, (const uint8_t *)bytes + sizeof(stored), size - sizeof(stored));
            return;
        }
    }
    read_notes(watched, bytes, size);
}
