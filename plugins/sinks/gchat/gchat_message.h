/* SPDX-License-Identifier: MIT */
/*
 * A notification as a message of Google Chat: the JSON body of spaces.messages.create, as text or as cards. A pure
 * function of the notification, so that a repeat is equal byte by byte.
 */
#ifndef GCHAT_MESSAGE_H
#define GCHAT_MESSAGE_H

#include <kit/json_write.h>
#include <kit/notification.h>

#define GCHAT_MESSAGE_MAX 32000u /* bytes of a message, by the API's reference */
#define GCHAT_WIDGETS_MAX 100u   /* of a card; the rest would be ignored silently */

/* Write the message into `out`, which is reset. Devices that do not fit are counted ("and 12 more"). 0 or
 * VMM_E_NOMEM. */
int gchat_message(const struct vmm_notification *notification, struct vmm_json_out *out);

#endif
