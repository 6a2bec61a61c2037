/* SPDX-License-Identifier: MIT */
#include <kit/courier.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kit/datetime.h>

struct round {
    struct vmm_courier *courier;
    struct vmm_delivery *delivery; /* NULL: free */
    const struct vmm_message *const *messages;
    uint32_t count;
    uint32_t at; /* the message whose turn it is */
};

struct vmm_courier {
    const struct vmm_host *host;
    const struct vmm_sink_host *sink;
    const struct vmm_http_host *http;
    const struct vmm_courier_table *table;
    void *plugin;
    bool draining;
    struct round rounds[VMM_SINK_PARALLEL];
};

/* ---- What an answer means ---- */

void vmm_settling_set(struct vmm_settling *settling, uint32_t verdict, uint32_t retry_after_ms,
                      const char *why, ...)
{
    *settling = (struct vmm_settling){.verdict = verdict, .retry_after_ms = retry_after_ms};
    if (why != NULL) {
        va_list args;
        va_start(args, why);
        vsnprintf(settling->why, sizeof(settling->why), why, args);
        va_end(args);
    }
}

uint32_t vmm_retry_after_ms(struct vmm_text headers, int64_t now_wall_us)
{
    struct vmm_text value;
    int64_t ms = 0;
    struct vmm_datetime date;
    if (vmm_text_header(headers, "Retry-After", &value) != 0) {
        return 0;
    }
    if (vmm_text_int(value, 0, INT32_MAX, &ms) == 0) {
        ms *= 1000;
    } else if (vmm_datetime_parse(value, "%a, %d %b %Y %T GMT", &date) == 0) {
        ms = vmm_datetime_epoch_ms(&date, 0) - now_wall_us / 1000;
    } else {
        return 0;
    }
    return ms <= 0 ? 0 : ms > VMM_RETRY_AFTER_MAX_MS ? VMM_RETRY_AFTER_MAX_MS : (uint32_t)ms;
}

/* The first line of what the destination says of itself. */
static struct vmm_text first_line(const struct vmm_http_answer *answer)
{
    struct vmm_text rest = vmm_text_trim(vmm_text_bytes(answer->body, answer->body_size));
    struct vmm_text line = {rest.data, 0};
    vmm_text_line(&rest, &line);
    line.size = line.size < 120 ? line.size : 120;
    return line;
}

void vmm_settling_of_answer(const struct vmm_http_answer *answer, int64_t now_wall_us,
                            struct vmm_settling *settling)
{
    uint32_t status = answer->status;
    if (answer->outcome != VMM_OUTCOME_OK) {
        vmm_settling_set(settling, VMM_SINK_RETRY, 0, "%s",
                         answer->detail != NULL ? answer->detail : "no answer");
        return;
    }
    if (status >= 200 && status <= 299) {
        vmm_settling_set(settling, VMM_SINK_DELIVERED, 0, NULL);
        return;
    }
    bool later = status == 408 || status == 425 || status == 429 || status >= 500;
    bool moved = status < 400;
    struct vmm_text headers = vmm_text_bytes(answer->headers, answer->headers_size);
    struct vmm_text said = first_line(answer);
    vmm_settling_set(settling, later || moved ? VMM_SINK_RETRY : VMM_SINK_DROP,
                     later ? vmm_retry_after_ms(headers, now_wall_us) : 0, "HTTP %u%s%s%.*s",
                     status, moved ? ", redirects are not followed: mend the address" : "",
                     said.size > 0 ? ": " : "", (int)said.size, said.data);
}

/* ---- The rounds ---- */

static void go_on(struct round *round);

/* Settle the message whose turn it is; true when the round is over with it. It is free before that, for settling
 * may bring the next delivery. */
static bool settle(struct round *round, const struct vmm_settling *settling)
{
    struct vmm_delivery *delivery = round->delivery;
    uint32_t at = round->at;
    round->at++;
    bool is_over = round->at == round->count || settling->verdict == VMM_SINK_RETRY;
    if (is_over) {
        round->delivery = NULL;
    }
    round->courier->sink->settle(delivery, at, settling->verdict, settling->retry_after_ms,
                                 settling->verdict == VMM_SINK_DELIVERED ? NULL : settling->why);
    return is_over;
}

static void on_answer(void *arg, const struct vmm_http_answer *answer)
{
    struct round *round = arg;
    struct vmm_courier *courier = round->courier;
    struct vmm_settling settling;
    vmm_settling_of_answer(answer, courier->host->wall_us(courier->host->context), &settling);
    if (courier->table->judge != NULL) {
        courier->table->judge(courier->plugin, round->messages[round->at], answer, &settling);
    }
    if (!settle(round, &settling)) {
        go_on(round);
    }
}

/* Send the message whose turn it is. False when it is settled instead. */
static bool send_one(struct round *round, struct vmm_settling *settling)
{
    struct vmm_courier *courier = round->courier;
    struct vmm_http_send send = {.struct_size = sizeof(send)};
    vmm_settling_set(settling, VMM_SINK_RETRY, 0, "the sink is about to end");
    if (courier->draining) {
        return false;
    }
    vmm_settling_set(settling, VMM_SINK_RETRY, 0, "the message could not be written");
    if (courier->table->write(courier->plugin, round->messages[round->at], &send, settling) != 0) {
        return false;
    }
    int rc = courier->http->send(courier->host->context, &send, on_answer, round);
    vmm_settling_set(settling, VMM_SINK_RETRY, 0, "the request could not be made: error %d", rc);
    return rc == 0;
}

static void go_on(struct round *round)
{
    struct vmm_settling settling;
    while (!send_one(round, &settling) && !settle(round, &settling)) {
    }
}

static struct round *free_round(struct vmm_courier *courier)
{
    for (uint32_t i = 0; i < VMM_SINK_PARALLEL; i++) {
        if (courier->rounds[i].delivery == NULL) {
            return &courier->rounds[i];
        }
    }
    return NULL;
}

int vmm_courier_deliver(struct vmm_courier *courier, struct vmm_delivery *delivery,
                        const struct vmm_message *const *messages, uint32_t count)
{
    struct round *round = free_round(courier);
    if (round == NULL || count == 0) {
        return VMM_E_STATE;
    }
    *round = (struct round){
        .courier = courier, .delivery = delivery, .messages = messages, .count = count};
    go_on(round);
    return 0;
}

void vmm_courier_drain(struct vmm_courier *courier)
{
    courier->draining = true;
}

/* ---- Life ---- */

int vmm_courier_create(const struct vmm_host *host, const struct vmm_courier_table *table,
                       void *plugin, struct vmm_courier **out)
{
    const struct vmm_sink_host *sink = host->extension(host->context, VMM_SINK_HOST);
    const struct vmm_http_host *http = host->extension(host->context, VMM_HTTP_HOST);
    if (sink == NULL || http == NULL || http->send == NULL) {
        return VMM_E_NOTSUP;
    }
    struct vmm_courier *courier = calloc(1, sizeof(*courier));
    if (courier == NULL) {
        return VMM_E_NOMEM;
    }
    *courier = (struct vmm_courier){
        .host = host, .sink = sink, .http = http, .table = table, .plugin = plugin};
    *out = courier;
    return 0;
}

void vmm_courier_destroy(struct vmm_courier *courier)
{
    free(courier);
}
