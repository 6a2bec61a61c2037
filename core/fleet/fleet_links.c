/* SPDX-License-Identifier: MIT */
#include "fleet/fleet_links.h"

void fleet_link_nvr(struct fleet *fleet, struct fleet_nvr *nvr, uint32_t site)
{
    struct fleet_site *owner = &site_cell(fleet, site)->site;
    nvr->site = site;
    nvr->previous = FLEET_NONE;
    nvr->next = owner->first_nvr;
    if (nvr->next != FLEET_NONE) {
        nvr_cell(fleet, nvr->next)->nvr.previous = nvr->handle;
    }
    owner->first_nvr = nvr->handle;
    owner->nvr_count++;
}

void fleet_unlink_nvr(struct fleet *fleet, struct fleet_nvr *nvr)
{
    struct fleet_site *owner = &site_cell(fleet, nvr->site)->site;
    if (nvr->previous != FLEET_NONE) {
        nvr_cell(fleet, nvr->previous)->nvr.next = nvr->next;
    } else {
        owner->first_nvr = nvr->next;
    }
    if (nvr->next != FLEET_NONE) {
        nvr_cell(fleet, nvr->next)->nvr.previous = nvr->previous;
    }
    owner->nvr_count--;
}

void fleet_link_camera(struct fleet *fleet, struct fleet_camera *camera, uint32_t site)
{
    struct fleet_site *owner = &site_cell(fleet, site)->site;
    camera->site = site;
    camera->previous = FLEET_NONE;
    camera->next = owner->first_camera;
    if (camera->next != FLEET_NONE) {
        camera_cell(fleet, camera->next)->camera.previous = camera->handle;
    }
    owner->first_camera = camera->handle;
    owner->camera_count++;
}

void fleet_unlink_camera(struct fleet *fleet, struct fleet_camera *camera)
{
    struct fleet_site *owner = &site_cell(fleet, camera->site)->site;
    if (camera->previous != FLEET_NONE) {
        camera_cell(fleet, camera->previous)->camera.next = camera->next;
    } else {
        owner->first_camera = camera->next;
    }
    if (camera->next != FLEET_NONE) {
        camera_cell(fleet, camera->next)->camera.previous = camera->previous;
    }
    owner->camera_count--;
}

void fleet_link_channel(struct fleet *fleet, struct fleet_camera *camera, uint32_t nvr)
{
    camera->nvr = nvr;
    camera->nvr_next = FLEET_NONE;
    camera->nvr_previous = FLEET_NONE;
    if (nvr == FLEET_NONE) {
        return;
    }
    struct fleet_nvr *owner = &nvr_cell(fleet, nvr)->nvr;
    camera->nvr_next = owner->first_camera;
    if (camera->nvr_next != FLEET_NONE) {
        camera_cell(fleet, camera->nvr_next)->camera.nvr_previous = camera->handle;
    }
    owner->first_camera = camera->handle;
    owner->camera_count++;
}

void fleet_unlink_channel(struct fleet *fleet, struct fleet_camera *camera)
{
    if (camera->nvr == FLEET_NONE) {
        return;
    }
    struct fleet_nvr *owner = &nvr_cell(fleet, camera->nvr)->nvr;
    if (camera->nvr_previous != FLEET_NONE) {
        camera_cell(fleet, camera->nvr_previous)->camera.nvr_next = camera->nvr_next;
    } else {
        owner->first_camera = camera->nvr_next;
    }
    if (camera->nvr_next != FLEET_NONE) {
        camera_cell(fleet, camera->nvr_next)->camera.nvr_previous = camera->nvr_previous;
    }
    owner->camera_count--;
    camera->nvr = FLEET_NONE;
}
