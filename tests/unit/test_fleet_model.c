/* SPDX-License-Identifier: MIT */
/* The fleet in memory: handles, lists, texts, what devices tell. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/rng.h"
#include "base/text.h"
#include "fleet/fields.h"
#include "fleet/fleet.h"
#include "fleet/host_name.h"
#include "fleet/pool.h"
#include "fleet/slab.h"

static int put_site(struct fleet *fleet, const char *id)
{
    struct fleet_thing thing;
    fields_defaults(FLEET_SITE, &thing);
    thing.site.id = id;
    return fleet_put_site(fleet, &thing.site);
}

static int put_nvr(struct fleet *fleet, const char *id, const char *site)
{
    struct fleet_thing thing;
    fields_defaults(FLEET_NVR, &thing);
    thing.nvr.id = id;
    thing.nvr.site_id = site;
    return fleet_put_nvr(fleet, &thing.nvr);
}

static int put_camera(struct fleet *fleet, const char *id, const char *site, const char *nvr,
                      uint32_t channel)
{
    struct fleet_thing thing;
    fields_defaults(FLEET_CAMERA, &thing);
    thing.camera.id = id;
    thing.camera.site_id = site;
    thing.camera.nvr_id = nvr;
    thing.camera.nvr_channel = channel;
    return fleet_put_camera(fleet, &thing.camera);
}

static int put_device(struct fleet *fleet, const char *id, uint32_t kind, const char *host)
{
    struct fleet_thing thing;
    fields_defaults(FLEET_CAMERA, &thing);
    thing.device.id = id;
    thing.device.site_id = "tpe1";
    thing.device.kind = kind;
    thing.device.provider = "vivotek";
    thing.device.host = host;
    return fleet_put_device(fleet, &thing.device);
}

static struct fleet *sample(void)
{
    struct fleet *fleet = fleet_create();
    cr_assert_eq(put_site(fleet, "tpe1"), 0);
    cr_assert_eq(put_site(fleet, "tpe2"), 0);
    cr_assert_eq(put_nvr(fleet, "nvr1", "tpe1"), 0);
    cr_assert_eq(put_camera(fleet, "cam1", "tpe1", "nvr1", 1), 0);
    cr_assert_eq(put_camera(fleet, "cam2", "tpe1", "nvr1", 2), 0);
    cr_assert_eq(put_camera(fleet, "cam3", "tpe1", "", 0), 0);
    cr_assert_eq(put_device(fleet, "nvr1", DEVICE_NVR, "10.0.0.1"), 0);
    cr_assert_eq(put_device(fleet, "cam3", DEVICE_CAMERA, "10.0.0.3"), 0);
    return fleet;
}

Test(fleet, things_are_found_and_linked)
{
    struct fleet *fleet = sample();
    const struct fleet_site *site = fleet_find_site(fleet, "tpe1");
    const struct fleet_nvr *nvr = fleet_find_nvr(fleet, "nvr1");
    const struct fleet_camera *camera = fleet_find_camera(fleet, "cam3");
    cr_assert(site != NULL && nvr != NULL && camera != NULL);
    cr_expect_eq(site->camera_count, 3);
    cr_expect_eq(site->nvr_count, 1);
    cr_expect_eq(nvr->camera_count, 2);
    cr_expect_eq(nvr->site, site->handle);
    cr_expect_str_eq(fleet_device(fleet, nvr->device)->record.host, "10.0.0.1");
    cr_expect_eq(fleet_device(fleet, camera->device)->owner, camera->handle);
    cr_expect_eq(fleet_find_camera(fleet, "cam1")->device, FLEET_NONE);
    cr_expect_str_eq(fleet_channel(fleet, nvr->handle, 2)->record.id, "cam2");
    cr_expect_null(fleet_channel(fleet, nvr->handle, 3));
    cr_expect_null(fleet_find_camera(fleet, "nvr1"));
    cr_expect_null(fleet_find_device(fleet, "cam1"));
    cr_expect_null(fleet_camera(fleet, 77));
    cr_expect_eq(fleet_device_count(fleet), 2);
    fleet_destroy(fleet);
    fleet_destroy(NULL);
}

Test(fleet, what_does_not_fit_changes_nothing)
{
    struct fleet *fleet = sample();
    cr_expect_eq(put_nvr(fleet, "nvr2", "nowhere"), VMM_E_NOENT);
    cr_expect_eq(put_nvr(fleet, "cam1", "tpe1"), VMM_E_EXIST);
    cr_expect_eq(put_camera(fleet, "nvr1", "tpe1", "", 0), VMM_E_EXIST);
    cr_expect_eq(put_camera(fleet, "cam9", "tpe1", "nvr1", 2), VMM_E_EXIST);
    cr_expect_eq(put_camera(fleet, "cam9", "tpe2", "nvr1", 9), VMM_E_NOENT);
    cr_expect_eq(put_camera(fleet, "cam9", "tpe1", "nvr9", 9), VMM_E_NOENT);
    cr_expect_eq(put_device(fleet, "cam9", DEVICE_CAMERA, "h"), VMM_E_NOENT);
    cr_expect_eq(fleet_remove_site(fleet, "tpe1"), VMM_E_STATE);
    cr_expect_eq(fleet_remove_nvr(fleet, "nvr1"), VMM_E_STATE);
    cr_expect_eq(fleet_remove_camera(fleet, "cam9"), VMM_E_NOENT);
    cr_expect_eq(fleet_camera_count(fleet), 3);
    cr_expect_eq(fleet_find_site(fleet, "tpe1")->camera_count, 3);
    fleet_destroy(fleet);
}

Test(fleet, a_changed_thing_keeps_its_handle_and_moves)
{
    struct fleet *fleet = sample();
    const struct fleet_camera *camera = fleet_find_camera(fleet, "cam2");
    uint32_t handle = camera->handle;
    cr_assert_eq(put_camera(fleet, "cam2", "tpe2", "", 0), 0);
    cr_expect_eq(fleet_find_camera(fleet, "cam2")->handle, handle);
    cr_expect_eq(fleet_find_site(fleet, "tpe2")->first_camera, handle);
    cr_expect_eq(fleet_find_site(fleet, "tpe1")->camera_count, 2);
    cr_expect_eq(fleet_find_nvr(fleet, "nvr1")->camera_count, 1);
    cr_expect_null(fleet_channel(fleet, 0, 2));
    fleet_destroy(fleet);
}

/* "tpe1/cam1 tpe1/cam2 …": all cameras as they are gone through. */
static const char *in_order(const struct fleet *fleet)
{
    static char text[512];
    const struct fleet_camera *camera = fleet_camera_after(fleet, "", "");
    text[0] = '\0';
    while (camera != NULL) {
        const struct camera_record *record = &camera->record;
        size_t used = strlen(text);
        text_format(text + used, sizeof(text) - used, "%s/%s ", record->site_id, record->id);
        camera = fleet_camera_after(fleet, record->site_id, record->id);
    }
    return text;
}

Test(fleet, things_are_gone_through_in_order_of_site_and_id)
{
    struct fleet *fleet = sample();
    cr_assert_eq(put_camera(fleet, "cam0", "tpe2", "", 0), 0);
    cr_assert_eq(put_nvr(fleet, "nvr0", "tpe2"), 0);
    cr_expect_str_eq(in_order(fleet), "tpe1/cam1 tpe1/cam2 tpe1/cam3 tpe2/cam0 ");
    cr_assert_eq(put_camera(fleet, "cam2", "tpe2", "", 0), 0);
    cr_assert_eq(fleet_remove_camera(fleet, "cam1"), 0);
    cr_expect_str_eq(in_order(fleet), "tpe1/cam3 tpe2/cam0 tpe2/cam2 ");
    cr_expect_str_eq(fleet_camera_after(fleet, "tpe1", "cam4")->record.id, "cam0",
                     "also behind a place where nothing is");
    cr_expect_str_eq(fleet_nvr_after(fleet, "", "")->record.id, "nvr1");
    cr_assert_eq(put_nvr(fleet, "nvr0", "tpe1"), 0);
    cr_expect_str_eq(fleet_nvr_after(fleet, "", "")->record.id, "nvr0");
    cr_assert_eq(fleet_remove_nvr(fleet, "nvr0"), 0);
    cr_expect_str_eq(fleet_nvr_after(fleet, "", "")->record.id, "nvr1");
    cr_expect_str_eq(fleet_site_after(fleet, "tpe1")->record.id, "tpe2");
    cr_expect_null(fleet_site_after(fleet, "tpe2"));
    cr_assert_eq(put_site(fleet, "tpe3"), 0);
    cr_assert_eq(fleet_remove_site(fleet, "tpe3"), 0);
    cr_expect_null(fleet_site_after(fleet, "tpe2"));
    fleet_destroy(fleet);
}

Test(fleet, a_removed_handle_is_kept_back_until_it_is_released)
{
    struct fleet *fleet = sample();
    uint32_t camera = fleet_find_camera(fleet, "cam3")->handle;
    uint32_t device = fleet_find_device(fleet, "cam3")->handle;
    cr_assert_eq(fleet_remove_camera(fleet, "cam3"), 0);
    cr_expect_null(fleet_camera(fleet, camera));
    cr_expect_null(fleet_device(fleet, device));
    cr_expect_null(fleet_find_device(fleet, "cam3"));
    put_camera(fleet, "cam4", "tpe1", "", 0);
    put_device(fleet, "cam4", DEVICE_CAMERA, "10.0.0.4");
    cr_expect_neq(fleet_find_camera(fleet, "cam4")->handle, camera);
    cr_expect_neq(fleet_find_device(fleet, "cam4")->handle, device);
    fleet_release_camera(fleet, camera);
    fleet_release_camera(fleet, camera);
    fleet_release_device(fleet, device);
    fleet_release_device(fleet, 999);
    put_camera(fleet, "cam5", "tpe1", "", 0);
    put_device(fleet, "cam5", DEVICE_CAMERA, "10.0.0.5");
    put_camera(fleet, "cam6", "tpe1", "", 0);
    cr_expect_eq(fleet_find_camera(fleet, "cam5")->handle, camera);
    cr_expect_eq(fleet_find_device(fleet, "cam5")->handle, device);
    cr_expect_neq(fleet_find_camera(fleet, "cam6")->handle, camera);
    /* A handle that lives is not released. */
    fleet_release_camera(fleet, camera);
    cr_expect_not_null(fleet_camera(fleet, camera));
    fleet_destroy(fleet);
}

Test(fleet, what_a_device_tells_is_kept)
{
    struct fleet *fleet = sample();
    uint32_t device = fleet_find_device(fleet, "cam3")->handle;
    const uint8_t pin[TLS_PIN_SIZE] = {1, 2, 3};
    const struct fleet_learnt learnt = {.model = "FD9389", .serial = "0002D1", .tls_pin = pin};
    cr_expect_eq(fleet_learn(fleet, device, &learnt), 1);
    cr_expect_eq(fleet_learn(fleet, device, &learnt), 0);
    const struct device_record *record = &fleet_device(fleet, device)->record;
    cr_expect_str_eq(record->model, "FD9389");
    cr_expect_str_eq(record->firmware, "");
    cr_expect_str_eq(record->host, "10.0.0.3");
    cr_expect(record->has_tls_pin && record->tls_pin[2] == 3);
    const struct fleet_learnt update = {.firmware = "2.0"};
    cr_expect_eq(fleet_learn(fleet, device, &update), 1);
    cr_expect_str_eq(fleet_device(fleet, device)->record.model, "FD9389");
    cr_expect_eq(fleet_learn(fleet, 500, &update), VMM_E_NOENT);
    fleet_destroy(fleet);
}

Test(fleet, the_endpoint_is_site_host_and_port_group)
{
    char key[FLEET_ENDPOINT_MAX];
    struct device_record device = {.site_id = "TPE1", .host = "NVR.Example.org", .port_group = ""};
    cr_expect_str_eq(fleet_endpoint(&device, key), "TPE1/nvr.example.org/");
    device.port_group = "B";
    cr_expect_str_eq(fleet_endpoint(&device, key), "TPE1/nvr.example.org/B");
    device.host = "FE80::1";
    cr_expect_str_eq(fleet_endpoint(&device, key), "TPE1/fe80::1/B");
}

Test(fleet, many_cameras_come_and_go_without_growing)
{
    struct fleet *fleet = fleet_create();
    struct rng rng;
    rng_init(&rng, 5);
    put_site(fleet, "tpe1");
    for (int i = 0; i < 30000; i++) {
        char id[32];
        snprintf(id, sizeof(id), "cam%u", (unsigned)rng_below(&rng, 2000));
        const struct fleet_camera *camera = fleet_find_camera(fleet, id);
        if (camera == NULL) {
            cr_assert_eq(put_camera(fleet, id, "tpe1", "", 0), 0);
            cr_assert_eq(put_device(fleet, id, DEVICE_CAMERA, id), 0);
        } else {
            uint32_t handle = camera->handle;
            uint32_t device = camera->device;
            cr_assert_eq(fleet_remove_camera(fleet, id), 0);
            fleet_release_camera(fleet, handle);
            fleet_release_device(fleet, device);
        }
    }
    cr_expect_leq(fleet_camera_end(fleet), 2000);
    cr_expect_leq(fleet_device_end(fleet), 2000);
    uint32_t seen = 0;
    for (uint32_t i = 0; i < fleet_camera_end(fleet); i++) {
        seen += fleet_camera(fleet, i) != NULL ? 1 : 0;
    }
    cr_expect_eq(seen, fleet_camera_count(fleet));
    cr_expect_eq(seen, fleet_find_site(fleet, "tpe1")->camera_count);
    fleet_destroy(fleet);
}

Test(fleet, a_device_costs_less_than_400_bytes_beside_its_texts)
{
    cr_expect_leq(sizeof(struct fleet_device) + sizeof(struct fleet_camera) + 8, 400);
}

Test(pool, texts_are_counted)
{
    struct pool pool;
    pool_init(&pool);
    char text[] = "vivotek";
    const char *a = pool_take(&pool, text);
    const char *b = pool_take(&pool, "vivotek");
    cr_expect_eq(a, b);
    cr_expect_neq(a, text);
    cr_expect_str_eq(pool_take(&pool, NULL), "");
    pool_drop(&pool, a);
    cr_expect_str_eq(b, "vivotek");
    pool_drop(&pool, b);
    pool_drop(&pool, "");
    pool_drop(&pool, NULL);
    cr_expect_eq(pool.map.count, 0);
    for (int i = 0; i < 1000; i++) {
        char name[16];
        snprintf(name, sizeof(name), "t%d", i);
        cr_assert_str_eq(pool_take(&pool, name), name);
    }
    for (int i = 0; i < 1000; i++) {
        char name[16];
        snprintf(name, sizeof(name), "t%d", i);
        pool_drop(&pool, name);
        pool_take(&pool, "again");
    }
    cr_expect_leq(pool.count, 1001);
    pool_finish(&pool);
}

Test(slab, elements_do_not_move)
{
    struct slab slab;
    slab_init(&slab, 24);
    uint32_t first = slab_take(&slab);
    void *place = slab_at(&slab, first);
    for (uint32_t i = 1; i < 5000; i++) {
        cr_assert_eq(slab_take(&slab), i);
    }
    cr_expect_eq(slab_at(&slab, first), place);
    memset(slab_at(&slab, 4000), 0xff, 24);
    slab_release(&slab, 4000);
    cr_expect_eq(slab_take(&slab), 4000);
    cr_expect_eq(*(uint64_t *)slab_at(&slab, 4000), 0);
    slab_finish(&slab);
}

Test(host_name, forms)
{
    static const char *const good[] = {"cam1", "cam-1.example.org", "10.0.0.1",
                                       "::1",  "fe80::1%eth0",      "a_b.local",
                                       "3com", "1.example"};
    static const char *const bad[] = {
        "",     "10.0.0",    "10.0.0.256", "10.0.0.1:80", "-a",       "a-",          "a..b",
        "a.",   "a b",       "[::1]",      "::g",         "fe80::1%", "fe80::1%a/b", "é.org",
        "1234", "user@host", "http://h"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        cr_expect(host_name_is_valid(good[i]), "%s", good[i]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_expect_not(host_name_is_valid(bad[i]), "%s", bad[i]);
    }
    char label[300];
    memset(label, 'a', 64);
    label[64] = '\0';
    cr_expect_not(host_name_is_valid(label));
    label[63] = '\0';
    cr_expect(host_name_is_valid(label));
}
