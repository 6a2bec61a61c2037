/* SPDX-License-Identifier: MIT */
/* One look at a VIVOTEK device: its state, and what it asks for. */
#ifndef VIVOTEK_LOOK_H
#define VIVOTEK_LOOK_H

#include "vivotek_parse.h"

#define SETUP_EVERY                                                                                \
    8u                /* what an operator sets up changes slowly: it is read in every eighth look */
#define SETUP_TURN 2u /* the third look is the first of them */
#define SETUP_AGAIN                                                                                \
    3u /* looks right behind it that read it too: while recording is in doubt, or was the last time */

#define GROUP_IDENTITY 0u
#define GROUP_STATE    1u
#define GROUP_SETUP    2u
#define GROUPS         3u

#define ITEM_COUNT     17u
#define ITEM_RECORDING (ITEM_COUNT - 2) /* it and the next: only where recordings are wanted */
#define PART_SEARCH    (1u << 31)       /* of the refused: the search for clips */

struct vivotek_look {
    char level[16];
    bool storage;
    bool expect_card;
    bool recordings;
    uint32_t turn;  /* looks, as far as it matters */
    uint32_t again; /* looks from this one on that read the set-up, whosever turn it is */
    bool doubted;   /* the last look at the set-up had not seen that it records */
    bool doubts;    /* this one has not */
    int64_t now_ms; /* this machine's clock, at the last answer */
    struct vivotek_device device;
    uint32_t refused;        /* bit n: item n is left out */
    uint32_t found;          /* those of them that this look has found out */
    uint32_t noted_firmware; /* what the note was made for; 0: there was none */
    uint32_t options;        /* hash of the options */
    uint32_t left;           /* looks until refused items are asked for again */
    bool spoilt[GROUPS];     /* the group was refused as a whole */
    bool read[GROUPS];       /* something of the group was read */
    uint32_t at;             /* the item that is asked for alone */
};

/* ---- vivotek_ask.c ---- */

/* The group of an item; how many of a group are asked for; the first of them from `at` on, or
 * ITEM_COUNT. */
uint32_t ask_group(uint32_t item);
uint32_t ask_count(const struct vivotek_look *look, uint32_t group);
uint32_t ask_next(const struct vivotek_look *look, uint32_t group, uint32_t at);

/* Targets of the rows. */
int ask_identity(void *state, char *target, size_t size);
int ask_state(void *state, char *target, size_t size);
int ask_setup(void *state, char *target, size_t size);
int ask_search(void *state, char *target, size_t size);
int ask_item(void *state, char *target, size_t size);

/* Whether a row is asked. */
bool wants_state(const void *state);
bool wants_setup(const void *state);
bool wants_search(const void *state);
bool wants_identity_item(const void *state);
bool wants_state_item(const void *state);
bool wants_setup_item(const void *state);
bool wants_storage(const void *state);

#endif
