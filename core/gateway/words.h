/* SPDX-License-Identifier: MIT */
/*
 * What messages to people say, in each language. All texts stand in words.c and words_reason.c; a test holds them
 * complete. A text has places in braces, "{name} is {health}", in the order its language needs. "{count?camera|cameras}"
 * is the first word when that place holds 1, else the second.
 */
#ifndef GATEWAY_WORDS_H
#define GATEWAY_WORDS_H

#include <stdint.h>

#include "base/buf.h"
#include "gateway/quiet.h"

#define WORDS_EN    0u
#define WORDS_ZH_TW 1u
#define WORDS_PT_BR 2u
#define WORDS_COUNT 3u

/* The language of a tag, "en", "zh-TW", "pt-BR"; English for any other. */
uint32_t words_language(const char *tag);
const char *words_tag(uint32_t language);

enum words_key {
    WORDS_ALERT,         /* name health reason */
    WORDS_ITEM,          /* health reason */
    WORDS_RECOVERY,      /* name */
    WORDS_CAME_AND_WENT, /* name health duration */
    WORDS_OFF,           /* name */
    WORDS_MANY,          /* site devices reason */
    WORDS_MIXED,         /* site devices */
    WORDS_MANY_BAD,      /* site devices */
    WORDS_BAD_AND_BACK,  /* site devices count */
    WORDS_SEVERAL_SITES, /* in the place of a site */
    WORDS_MANY_BACK,     /* site devices */
    WORDS_SITE_LOST,     /* site lost */
    WORDS_SITE_BACK,     /* site */
    WORDS_GROUP_LOST,    /* site lost of */
    WORDS_GROUP_BACK,    /* site */
    WORDS_LINK_LOST,     /* site name lost */
    WORDS_LINK_BACK,     /* site name */
    WORDS_BACK_BUT,      /* title lost */
    WORDS_NODE_LOST,     /* name */
    WORDS_NODE_BACK,     /* name */
    WORDS_NVR_LOST,      /* name health lost */
    WORDS_OR_NODE,
    WORDS_BY_PROVIDER, /* these four in the order of STALE_BY_PROVIDER … */
    WORDS_BY_NODE,
    WORDS_BY_LINK,
    WORDS_BY_PATH,
    WORDS_STILL,          /* title */
    WORDS_NOW,            /* title */
    WORDS_CATCH_UP,       /* duration count */
    WORDS_CATCH_UP_FIRST, /* count */
    WORDS_MISSED,         /* count */
    WORDS_OVER,           /* count */
    WORDS_SINCE,          /* time */
    WORDS_ESCALATED,      /* time */
    WORDS_LASTED,         /* duration */
    WORDS_LEFT,           /* name */
    WORDS_SEEN,           /* reason */
    WORDS_FAILED,         /* count, rung, time */
    WORDS_FOUND,          /* rung, time */
    WORDS_DO,             /* remedy */
    WORDS_MORE,           /* count */
    WORDS_ONE_CAMERA,
    WORDS_CAMERAS, /* count */
    WORDS_ONE_NVR,
    WORDS_NVRS, /* count */
    WORDS_ONE_DEVICE,
    WORDS_DEVICES,   /* count */
    WORDS_AND,       /* a b */
    WORDS_SECONDS,   /* n */
    WORDS_MINUTES,   /* n */
    WORDS_HOURS,     /* n m */
    WORDS_DAYS,      /* n h */
    WORDS_OPEN_PAGE, /* name */
    WORDS_OPEN_SITE, /* site */
    WORDS_OPEN_ALL,
    WORDS_FLAPPING,     /* name count n */
    WORDS_FLAPS_ON,     /* name count n */
    WORDS_FLAP_RULE,    /* n */
    WORDS_STABLE,       /* name count n health */
    WORDS_WHO_SITE,     /* site: these three are a name in the three above */
    WORDS_WHO_GROUP,    /* site */
    WORDS_WHO_LINK,     /* site name */
    WORDS_LAPSED,       /* kind name owner reason */
    WORDS_IMPORT,       /* site count good bad */
    WORDS_DAILY,        /* site bad count */
    WORDS_DAILY_GOOD,   /* site count */
    WORDS_DAILY_NONE,   /* site */
    WORDS_DAILY_HEALTH, /* good degraded lost black unknown off */
    WORDS_DAILY_HELD,   /* count */
    WORDS_DAILY_NEW,    /* count */
    WORDS_WEEKLY,       /* site from to percent */
    WORDS_MONTHLY,      /* site from to percent */
    WORDS_RANKING,      /* count hours */
    WORDS_RANK,         /* count duration */
    WORDS_INVENTORY,    /* site cameras nvrs count */
    WORDS_MODEL,        /* model firmware count */
    WORDS_NO_MODEL,     /* count */
    WORDS_MOVED,        /* count gone other */
    WORDS_NEW,
    WORDS_GONE,
    WORDS_REPLACED,  /* old new */
    WORDS_FIRMWARE,  /* old new */
    WORDS_PROVIDER,  /* old new */
    WORDS_HEARTBEAT, /* looks count open */
    WORDS_HEALTH_OK, /* these six in the order of VMM_HEALTHS */
    WORDS_HEALTH_DEGRADED,
    WORDS_HEALTH_BLACKFRAME,
    WORDS_HEALTH_DOWN,
    WORDS_HEALTH_UNKNOWN,
    WORDS_HEALTH_DISABLED,
    WORDS_RUNG_NONE, /* these in the order of VMM_RUNGS */
    WORDS_RUNG_RESOLVE,
    WORDS_RUNG_CONNECT,
    WORDS_RUNG_TLS,
    WORDS_RUNG_AUTHENTICATE,
    WORDS_RUNG_ANSWER,
    WORDS_RUNG_PARSE,
    WORDS_RUNG_SIGNAL,
    WORDS_RUNG_PICTURE,
    WORDS_RUNG_RECORDING,
    WORDS_RUNG_CLOCK,
    WORDS_KIND_MAINTENANCE, /* these five in the order of enum quiet_kind */
    WORDS_KIND_SILENCE,
    WORDS_KIND_OFF,
    WORDS_KIND_ACK,
    WORDS_KIND_SNOOZE,
    WORDS_KEYS,
};

/* The text of a key; never NULL. */
const char *words_text(uint32_t language, enum words_key key);

/* The key of a message that is stored by name until it is put into words; WORDS_KEYS when there is none. */
enum words_key words_named(const char *name);

/* What was seen, and what to do, for a reason (VMM_REASON_*). */
const char *words_reason_seen(uint32_t language, uint32_t reason);
const char *words_reason_remedy(uint32_t language, uint32_t reason);
const char *words_health(uint32_t language, uint32_t health);
const char *words_rung(uint32_t language, uint32_t rung);
const char *words_kind(uint32_t language, enum quiet_kind kind);

/* A place and what goes there. */
struct words_place {
    const char *name;
    const char *value;
};

/* Append a text with its places filled; `places` ends with a name of NULL. A place that is not named stays empty. */
void words_fill(struct buf *out, const char *text, const struct words_place *places);

#endif
