/* SPDX-License-Identifier: MIT */
#include "sim/disk.h"

#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"

static const char *key_of(const void *owner, uint32_t number)
{
    return ((const struct disk *)owner)->events[number].key;
}

void disk_init(struct disk *disk, uint32_t devices, uint32_t sites)
{
    *disk = (struct disk){.device_count = devices, .site_count = sites};
    disk->devices = memory_zeroed(devices, sizeof(*disk->devices));
    disk->accounts = memory_zeroed(devices, sizeof(*disk->accounts));
    disk->seen_wall = memory_zeroed(devices, sizeof(*disk->seen_wall));
    disk->sites = memory_zeroed(sites, sizeof(*disk->sites));
    disk->memory = json_object();
    map_init(&disk->keys, key_of, disk);
}

static void forget_event(struct disk_event *event)
{
    free(event->incident);
    free(event->cause);
    free(event->key);
    json_decref(event->devices);
}

static void forget_row(struct disk_row *row)
{
    forget_event(&row->event);
    free(row->name);
    json_decref(row->value);
}

void disk_finish(struct disk *disk)
{
    disk_crash(disk);
    for (size_t i = 0; i < disk->event_count; i++) {
        forget_event(&disk->events[i]);
    }
    map_finish(&disk->keys);
    json_decref(disk->memory);
    free(disk->events);
    free(disk->rows);
    free(disk->devices);
    free(disk->accounts);
    free(disk->seen_wall);
    free(disk->sites);
}

/* ---- what gathers ---- */

static struct disk_row *add_row(struct disk *disk, enum disk_kind kind)
{
    disk->rows = memory_grow(disk->rows, &disk->row_room, disk->row_count + 1, sizeof(*disk->rows));
    struct disk_row *row = &disk->rows[disk->row_count++];
    *row = (struct disk_row){.kind = kind};
    return row;
}

void disk_put_device(struct disk *disk, uint32_t device, const struct health_state *state,
                     struct cause_member member)
{
    struct disk_row *row = add_row(disk, DISK_DEVICE);
    row->number = device;
    row->device = (struct disk_device){.state = *state, .member = member, .written = true};
}

void disk_put_account(struct disk *disk, const struct ledger_record *record)
{
    struct disk_row *row = add_row(disk, DISK_ACCOUNT);
    row->number = record->account;
    row->account = *record;
}

void disk_write_account(struct disk *disk, const struct ledger_record *record)
{
    for (size_t i = 0; i < disk->row_count; i++) {
        struct disk_row *row = &disk->rows[i];
        if (row->kind == DISK_ACCOUNT && row->number == record->account) {
            row->account = *record;
        }
    }
    disk->accounts[record->account] = (struct disk_account){.record = *record, .written = true};
}

void disk_put_site(struct disk *disk, uint32_t site, const struct site_row *stored)
{
    struct disk_row *row = add_row(disk, DISK_SITE);
    row->number = site;
    row->site = *stored;
}

void disk_put_self(struct disk *disk, const struct disk_self *stored)
{
    add_row(disk, DISK_SELF)->self = *stored;
}

void disk_put_event(struct disk *disk, const struct disk_event *event)
{
    add_row(disk, DISK_EVENT)->event = *event;
}

void disk_put_memory(struct disk *disk, char *name, json_t *value)
{
    struct disk_row *row = add_row(disk, DISK_PUT);
    row->name = name;
    row->value = value;
}

void disk_del_memory(struct disk *disk, char *name)
{
    add_row(disk, DISK_DEL)->name = name;
}

void disk_put_cursor(struct disk *disk, int64_t seq)
{
    add_row(disk, DISK_CURSOR)->cursor = seq;
}

/* ---- what is durable ---- */

/* As in the store, an event whose key is there already is ignored. */
static bool keep_event(struct disk *disk, struct disk_row *row)
{
    if (map_find(&disk->keys, row->event.key) != MAP_NONE) {
        return false;
    }
    disk->events =
        memory_grow(disk->events, &disk->event_room, disk->event_count + 1, sizeof(*disk->events));
    row->event.seq = (int64_t)disk->event_count + 1;
    disk->events[disk->event_count++] = row->event;
    row->event = (struct disk_event){0};
    if (map_put(&disk->keys, (uint32_t)(disk->event_count - 1)) != 0) {
        abort();
    }
    return true;
}

static bool take_event(struct disk *disk, struct disk_row *row, disk_event_fn told, void *arg)
{
    bool is_new = keep_event(disk, row);
    told(arg, is_new ? &disk->events[disk->event_count - 1] : &row->event, is_new);
    return is_new;
}

static void take_row(struct disk *disk, struct disk_row *row)
{
    switch (row->kind) {
    case DISK_DEVICE:
        disk->devices[row->number] = row->device;
        break;
    case DISK_ACCOUNT:
        disk->accounts[row->number] =
            (struct disk_account){.record = row->account, .written = true};
        break;
    case DISK_SITE:
        disk->sites[row->number] = row->site;
        break;
    case DISK_SELF:
        disk->self = row->self;
        break;
    case DISK_PUT:
        json_object_set(disk->memory, row->name, row->value);
        break;
    case DISK_DEL:
        json_object_del(disk->memory, row->name);
        break;
    case DISK_CURSOR:
        disk->cursor = row->cursor;
        break;
    case DISK_EVENT:
        break;
    }
}

bool disk_commit(struct disk *disk, disk_event_fn told, void *arg)
{
    bool grown = false;
    for (size_t i = 0; i < disk->row_count; i++) {
        if (disk->rows[i].kind == DISK_EVENT) {
            grown = take_event(disk, &disk->rows[i], told, arg) || grown;
        } else {
            take_row(disk, &disk->rows[i]);
        }
        forget_row(&disk->rows[i]);
    }
    disk->row_count = 0;
    return grown;
}

void disk_crash(struct disk *disk)
{
    for (size_t i = 0; i < disk->row_count; i++) {
        forget_row(&disk->rows[i]);
    }
    disk->row_count = 0;
}

const struct disk_event *disk_event(const struct disk *disk, int64_t seq)
{
    return seq >= 1 && (size_t)seq <= disk->event_count ? &disk->events[seq - 1] : NULL;
}
