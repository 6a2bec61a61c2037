/* SPDX-License-Identifier: MIT */
/* The figures of the copies of the record. */
#include "main/figures.h"
#include "main/record_copy.h"

static void counter(struct buf *out, const struct record *record, const char *name,
                    const char *help, uint64_t (*value)(const struct copy *copy))
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s counter\n", name, help, name);
    for (size_t i = 0; i < record->count; i++) {
        buf_printf(out, "%s{channel=\"%s\"} %llu\n", name, record->copies[i]->name,
                   (unsigned long long)value(record->copies[i]));
    }
}

static uint64_t rows_of(const struct copy *copy)
{
    return copy->rows;
}

static uint64_t refusals_of(const struct copy *copy)
{
    return copy->refusals;
}

static uint64_t dropped_of(const struct copy *copy)
{
    return copy->dropped;
}

/* What a sink counts of its connections under its own name, under the name that all databases share. */
static void pool_gauge(const struct record *record, struct buf *out)
{
    static const char *const states[] = {"idle", "active", "connecting"};
    buf_text(out, "# HELP vmm_db_pool_connections Connections to the database of the record.\n"
                  "# TYPE vmm_db_pool_connections gauge\n");
    for (size_t i = 0; i < record->count; i++) {
        for (size_t s = 0; s < sizeof(states) / sizeof(states[0]); s++) {
            char name[160];
            double value = 0;
            text_format(name, sizeof(name), "vmm_%s_connections_%s", record->copies[i]->name,
                        states[s]);
            if (figures_value(record->daemon->figures, name, &value)) {
                buf_printf(out, "vmm_db_pool_connections{state=\"%s\"} %.17g\n", states[s], value);
            }
        }
    }
}

void record_metrics(const struct record *record, struct buf *out)
{
    if (record->count == 0) {
        return;
    }
    counter(out, record, "vmm_record_rows_total", "Rows that a copy of the record took.", rows_of);
    counter(out, record, "vmm_record_refusals_total",
            "Pages of rows that a copy of the record did not take.", refusals_of);
    counter(out, record, "vmm_record_dropped_total",
            "Rows that a copy of the record will never take.", dropped_of);
    pool_gauge(record, out);
}
