/* SPDX-License-Identifier: MIT */
#include "cause/incident.h"

#include <string.h>

#include "base/text.h"

const char *incident_role_word(uint32_t role)
{
    return role == INCIDENT_CONSEQUENCE ? "consequence" : "cause";
}

const char *incident_step_word(uint32_t step)
{
    static const char *const words[] = {"opened", "goes_on", "closed"};
    return step < sizeof(words) / sizeof(words[0]) ? words[step] : "?";
}

const char *incident_id(const char *site_id, const struct incident_place *place,
                        char out[INCIDENT_ID_MAX])
{
    const char *name = place->opened_as != NULL ? place->opened_as : place->cause;
    text_format(out, INCIDENT_ID_MAX, "%s/%s/%lld", site_id, name, (long long)place->start_wall);
    return out;
}

/* The cause is named where it is not the subject itself. */
const char *incident_key(const char *site_id, const struct incident_place *place,
                         const struct incident_change *change, char out[INCIDENT_KEY_MAX])
{
    bool other = strcmp(place->cause, change->subject) != 0;
    text_format(out, INCIDENT_KEY_MAX, "%s/%s/%lld/%s%s%s/%s>%s/%u", site_id, change->subject,
                (long long)place->start_wall, other ? place->cause : "", other ? "/" : "",
                change->reason, change->from, change->to, change->number);
    return out;
}
