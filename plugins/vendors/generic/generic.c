/* SPDX-License-Identifier: MIT */
/*
 * Generic: whatever an operator describes. The options of a device are its program; see
 * generic_plan.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "generic_cache.h"
#include "generic_carry.h"
#include "generic_options.h"
#include "generic_read.h"

#define READ_BUDGET_US 20000u /* of one answer; a call on the loop may take 50 ms */

struct generic {
    const struct vmm_host *host;
    struct generic_cache *cache;
};

struct generic_look {
    const struct generic *plugin;
    struct generic_plan *plan;
    struct generic_carried *carried; /* NULL where the plan carries nothing */
};

/* The place of a row's request in the plan. */
static size_t place_of(const struct generic_plan *plan, const struct generic_request *request)
{
    size_t place = 0;
    while (plan->requests[place] != request) {
        place++;
    }
    return place;
}

static uint64_t now_us(void *arg)
{
    const struct vmm_host *host = arg;
    return host->monotonic_us(host->context);
}

static void read_answer(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *answer, const struct vmm_observer *to,
                        struct vmm_part *part)
{
    struct generic_look *look = state;
    void *host = (void *)look->plugin->host;
    struct generic_clock clock = {now_us, host, now_us(host) + READ_BUDGET_US, false};
    generic_read(row->arg, answer, look->carried, &clock, to, part);
    if (part->outcome == VMM_OUTCOME_OK && look->carried != NULL &&
        generic_carry_fill(look->carried, look->plan, place_of(look->plan, row->arg)) != 0) {
        vmm_part_set(part, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0,
                     "a request is too long with the values that it carries");
    }
}

static void read_refusal(void *state, const struct vmm_http_answer *answer,
                         const struct vmm_observer *to, struct vmm_part *part)
{
    struct generic_look *look = state;
    void *host = (void *)look->plugin->host;
    struct generic_clock clock = {now_us, host, now_us(host) + READ_BUDGET_US, false};
    (void)to;
    generic_read_refusal(look->plan, answer, &clock, part);
}

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    struct generic *generic = plugin;
    struct generic_look *look = state;
    look->plugin = generic;
    look->plan = generic_cache_take(generic->cache, given->options_hash, given->options);
    if (look->plan == NULL) {
        return VMM_E_NOMEM;
    }
    if (look->plan->error[0] != '\0') {
        vmm_part_set(part, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, look->plan->error);
        return 0;
    }
    list->rows = look->plan->rows;
    if (look->plan->carried_count > 0) {
        look->carried = calloc(1, sizeof(*look->carried));
        if (look->carried == NULL) {
            generic_cache_give_back(look->plan);
            return VMM_E_NOMEM;
        }
        generic_carry_begin(look->carried, look->plan);
        list->rows = look->carried->rows;
    }
    list->count = look->plan->request_count + 1;
    list->http_flags = look->plan->http_flags;
    return 0;
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    (void)plugin;
    (void)to;
    (void)result;
    struct generic_look *look = state;
    if (look->carried != NULL) {
        generic_carry_finish(look->carried);
        free(look->carried);
    }
    generic_cache_give_back(look->plan);
}

static int generic_open(const struct vmm_host *host, void **plugin)
{
    struct generic *generic = calloc(1, sizeof(*generic));
    if (generic == NULL) {
        return VMM_E_NOMEM;
    }
    *generic = (struct generic){.host = host, .cache = generic_cache_create(read_answer)};
    if (generic->cache == NULL) {
        free(generic);
        return VMM_E_NOMEM;
    }
    *plugin = generic;
    return 0;
}

static void generic_close(void *plugin)
{
    struct generic *generic = plugin;
    generic_cache_destroy(generic->cache);
    free(generic);
}

/* The plan of these options tells what is wrong with them. */
static int check_options(const char *options, char *why, size_t why_size)
{
    struct generic_plan *plan = generic_plan_create(options, read_answer);
    if (plan == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = plan->error[0] != '\0' ? VMM_E_INVAL : 0;
    snprintf(why, why_size, "%s", plan->error);
    generic_plan_destroy(plan);
    return rc;
}

static const struct vmm_options_ops options_ops = {.struct_size = sizeof(options_ops),
                                                   .check = check_options};
static const struct vmm_extension options_extension = {
    .struct_size = sizeof(options_extension), .id = VMM_OPTIONS, .table = &options_ops};
static const struct vmm_extension *const extensions[] = {&options_extension, NULL};

static const struct vmm_requests_table table = {
    .state_size = sizeof(struct generic_look),
    .open = generic_open,
    .close = generic_close,
    .begin = look_begin,
    .end = look_end,
    .refused = read_refusal,
};

VMM_REQUESTS_PLUGIN(
    table, .name = "generic", .version = "0.1.0", .flag = "FEATURE_VMS_GENERIC_CGI",
    .summary = "any device with HTTP: requests, expectations and values as its options say",
    .licence = "MIT", .device_config = generic_options, .extensions = extensions);
