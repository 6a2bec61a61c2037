/* SPDX-License-Identifier: MIT */
/* The connections of the farm: reading requests, waiting out a device's latency, sending. */
#ifndef FARM_CONN_H
#define FARM_CONN_H

#include "farm/farm.h"

/* The memory of connections; given back as a whole. destroy accepts NULL. */
struct conn_pool *conn_pool_create(void);
void conn_pool_destroy(struct conn_pool *pool);

/* Takes over FD, a connection just accepted for SERVICE, and counts it. */
void conn_accept(struct farm *farm, struct service *service, int fd);

/* Resets all connections of DEVICE. */
void conn_drop_all(struct farm *farm, struct device *device);

/* Closes FD so that the peer gets a reset. */
void conn_reset_fd(int fd);

#endif
