/* SPDX-License-Identifier: MIT */
/* Footage: what a search finds, and on which days there is any. Times are the device's wall clock,
 * although they end in Z. */
#include "hikvision_parse.h"

#include <kit/xml.h>

#include <inttypes.h>
#include <stdio.h>

int hikvision_search_body(uint32_t track, int64_t from_ms, int64_t to_ms, uint32_t most,
                          uint64_t number, char *out, size_t size)
{
    char from[VMM_DATETIME_TEXT_SIZE];
    char to[VMM_DATETIME_TEXT_SIZE];
    vmm_datetime_print(from_ms, "T", from);
    vmm_datetime_print(to_ms, "T", to);
    int made = snprintf(
        out, size,
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><CMSearchDescription>"
        "<searchID>%08" PRIX32 "-0000-4000-8000-%012" PRIX64 "</searchID>"
        "<trackIDList><trackID>%" PRIu32 "</trackID></trackIDList>"
        "<timeSpanList><timeSpan><startTime>%sZ</startTime><endTime>%sZ</endTime></timeSpan>"
        "</timeSpanList><maxResults>%" PRIu32 "</maxResults>"
        "<searchResultPostion>0</searchResultPostion>"   /* as the maker's guide spells it */
        "<searchResultPosition>0</searchResultPosition>" /* as some firmware wants it */
        "<metadataList><metadataDescriptor>//recordType.meta.std-cgi.com</metadataDescriptor>"
        "</metadataList></CMSearchDescription>",
        track, number & UINT64_C(0xFFFFFFFFFFFF), track, from, to, most);
    return made > 0 && (size_t)made < size ? 0 : VMM_E_TOOBIG;
}

static int read_stamp(struct vmm_text text, int64_t *ms)
{
    struct vmm_datetime at = {0};
    if (text.size < 19) {
        return VMM_E_INVAL;
    }
    int rc = vmm_datetime_parse(vmm_text_bytes(text.data, 19), "%Y-%m-%dT%H:%M:%S", &at);
    if (rc == 0) {
        *ms = vmm_datetime_epoch_ms(&at, 0);
    }
    return rc;
}

static void take_match(const struct vmm_xml_node *item, struct hikvision_footage *footage)
{
    int64_t begin = 0;
    int64_t end = 0;
    if (read_stamp(vmm_xml_text_at(item, "timeSpan/startTime"), &begin) != 0 ||
        read_stamp(vmm_xml_text_at(item, "timeSpan/endTime"), &end) != 0) {
        return;
    }
    bool is_first = footage->matches == 0;
    if (footage->matches < HIKVISION_SPANS_MAX) {
        footage->spans[footage->matches] = (struct vmm_span){begin, end};
    } else {
        footage->more = true;
    }
    footage->oldest_ms = is_first || begin < footage->oldest_ms ? begin : footage->oldest_ms;
    footage->newest_ms = is_first || end > footage->newest_ms ? end : footage->newest_ms;
    footage->matches++;
}

uint32_t hikvision_read_search(struct vmm_text body, struct hikvision_footage *footage)
{
    struct vmm_xml *xml = NULL;
    footage->matches = 0;
    footage->more = false;
    if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) != 0) {
        return HIKVISION_FOREIGN;
    }
    const struct vmm_xml_node *root = vmm_xml_root(xml);
    bool known = vmm_text_equal(vmm_xml_name(root), "CMSearchResult");
    struct vmm_text word = vmm_xml_text_at(root, "responseStatusStrg");
    const struct vmm_xml_node *item = vmm_xml_at(root, "matchList/searchMatchItem");
    footage->more = vmm_text_same(word, "MORE");
    for (; known && item != NULL; item = vmm_xml_next(item)) {
        take_match(item, footage);
    }
    /* "Nothing" is believed only where it is said, never where nothing could be read. */
    known = known && (footage->matches > 0 || vmm_text_same(word, "NO MATCHES") ||
                      vmm_text_equal(vmm_xml_text_at(root, "numOfMatches"), "0"));
    vmm_xml_destroy(xml);
    return known ? HIKVISION_READ : HIKVISION_FOREIGN;
}

uint32_t hikvision_read_days(struct vmm_text body, uint32_t *days)
{
    struct vmm_xml *xml = NULL;
    *days = 0;
    if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) != 0) {
        return HIKVISION_FOREIGN;
    }
    const struct vmm_xml_node *list = vmm_xml_at(vmm_xml_root(xml), "dayList");
    const struct vmm_xml_node *row = vmm_xml_at(list, "day");
    for (; row != NULL; row = vmm_xml_next(row)) {
        bool recorded = false;
        int64_t day = 0;
        if (vmm_text_bool(vmm_xml_text_at(row, "record"), &recorded) == 0 && recorded &&
            vmm_text_int(vmm_xml_text_at(row, "dayOfMonth"), 1, 31, &day) == 0) {
            *days |= UINT32_C(1) << day;
        }
    }
    bool known = list != NULL;
    vmm_xml_destroy(xml);
    return known ? HIKVISION_READ : HIKVISION_FOREIGN;
}
