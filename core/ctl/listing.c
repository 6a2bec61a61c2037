/* SPDX-License-Identifier: MIT */
#include "ctl/listing.h"

#include "ctl/call.h"

void listing_init(struct listing *listing, struct ctl *ctl, const struct listing_spec *spec)
{
    *listing = (struct listing){.ctl = ctl, .spec = spec, .rows = json_array()};
    table_init(&listing->table);
    for (const struct listing_column *column = spec->columns; column->title != NULL; column++) {
        table_column(&listing->table, column->title, column->right);
    }
}

void listing_finish(struct listing *listing)
{
    table_finish(&listing->table);
    json_decref(listing->rows);
}

static void add_to_table(struct listing *listing, const json_t *row)
{
    const char *texts[TABLE_COLUMNS_MAX];
    char space[TABLE_COLUMNS_MAX][SHOW_SIZE];
    const struct listing_column *column = listing->spec->columns;
    for (size_t i = 0; column[i].title != NULL; i++) {
        texts[i] = column[i].cell != NULL ? column[i].cell(row, space[i])
                                          : show_member(row, column[i].key, space[i]);
    }
    table_row(&listing->table, texts);
}

int listing_row(void *arg, json_t *row)
{
    struct listing *listing = arg;
    listing->count++;
    if (listing->ctl->format == CTL_HUMAN) {
        add_to_table(listing, row);
        return 0;
    }
    json_t *picked =
        listing->spec->fields != NULL ? show_pick(row, listing->spec->fields) : json_incref(row);
    if (listing->ctl->format == CTL_JSON) {
        json_array_append_new(listing->rows, picked);
        return 0;
    }
    show_json(listing->ctl->out, picked);
    fflush(listing->ctl->out);
    json_decref(picked);
    return 0;
}

void listing_write(struct listing *listing, json_t *more)
{
    struct ctl *ctl = listing->ctl;
    if (ctl->format == CTL_HUMAN && listing->count == 0) {
        fprintf(ctl->out, "%s\n", listing->spec->empty);
    } else if (ctl->format == CTL_HUMAN) {
        table_write(&listing->table, ctl->out, "", ctl->colour);
    } else if (ctl->format == CTL_JSON) {
        json_t *all = json_object();
        if (more != NULL) {
            json_object_update(all, more);
        }
        json_object_set(all, listing->spec->key, listing->rows);
        show_json(ctl->out, all);
        json_decref(all);
    }
}

int listing_call(struct ctl *ctl, const struct listing_spec *spec, const char *verb, json_t *args)
{
    struct listing listing;
    listing_init(&listing, ctl, spec);
    struct call call = {.verb = verb, .args = args, .on_row = listing_row, .arg = &listing};
    int code = call_vmmd(ctl, &call, NULL);
    if (code == EXIT_OK) {
        listing_write(&listing, NULL);
    }
    listing_finish(&listing);
    return code;
}
