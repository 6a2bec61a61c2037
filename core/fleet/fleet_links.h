/* SPDX-License-Identifier: MIT */
/* The lists of the fleet: NVRs and cameras of a site, cameras of an NVR. */
#ifndef FLEET_FLEET_LINKS_H
#define FLEET_FLEET_LINKS_H

#include "fleet/fleet_cells.h"

void fleet_link_nvr(struct fleet *fleet, struct fleet_nvr *nvr, uint32_t site);
void fleet_unlink_nvr(struct fleet *fleet, struct fleet_nvr *nvr);
void fleet_link_camera(struct fleet *fleet, struct fleet_camera *camera, uint32_t site);
void fleet_unlink_camera(struct fleet *fleet, struct fleet_camera *camera);

/* Put the camera under an NVR; FLEET_NONE: under none. */
void fleet_link_channel(struct fleet *fleet, struct fleet_camera *camera, uint32_t nvr);
void fleet_unlink_channel(struct fleet *fleet, struct fleet_camera *camera);

#endif
