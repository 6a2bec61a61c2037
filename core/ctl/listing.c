/* SPDX-License-Identifier: MIT */
#include "ctl/listing.h"

#include "ctl/call.h"

void listing_init(struct listing *listing, struct ctl *ctl, const struct listing_spec *spec)
{
    *listing = (struct listing){.ctl = ctl, .spec = spec};
    table_init(&listing->table);
    for (const struct listing_column *column = spec->columns; column->title != NULL; column++) {
        table_column(&listing->table, column->title, column->right);
    }
}

void listing_finish(struct listing *listing)
{
    table_finish(&listing->table);
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

/* An item of the one object. Should the answer break off, what is there does not parse: half of it is no answer. */
static void write_item(struct listing *listing, const json_t *row)
{
    FILE *out = listing->ctl->out;
    if (listing->count == 1) {
        fprintf(out, "{\"%s\":[", listing->spec->key);
    } else {
        fputc(',', out);
    }
    show_json_part(out, row);
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
        write_item(listing, picked);
    } else {
        show_json(listing->ctl->out, picked);
        fflush(listing->ctl->out);
    }
    json_decref(picked);
    return 0;
}

/* The end of the one object. */
static void write_end(struct listing *listing, json_t *more)
{
    FILE *out = listing->ctl->out;
    const char *key;
    json_t *value;
    if (listing->count == 0) {
        fprintf(out, "{\"%s\":[", listing->spec->key);
    }
    fputc(']', out);
    json_object_foreach(more, key, value)
    {
        fprintf(out, ",\"%s\":", key);
        show_json_part(out, value);
    }
    fputs("}\n", out);
}

void listing_write(struct listing *listing, json_t *more)
{
    struct ctl *ctl = listing->ctl;
    if (ctl->format == CTL_HUMAN && listing->count == 0) {
        fprintf(ctl->out, "%s\n", listing->spec->empty);
    } else if (ctl->format == CTL_HUMAN) {
        table_write(&listing->table, ctl->out, "", ctl->colour);
    } else if (ctl->format == CTL_JSON) {
        write_end(listing, more);
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
