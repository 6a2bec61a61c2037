/* SPDX-License-Identifier: MIT */
/* The plugins and the simulated device of PLUGINS.md, in a vmmd. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <unistd.h>

#include "rig.h"

static bool has_counted(struct rig *rig, const void *arg)
{
    (void)arg;
    return rig_metric(rig, "vmm_tally_events_total") >= 4;
}

Test(docs_plugins, the_examples_of_plugins_md_watch_their_device)
{
    struct rig rig;
    struct buf scenario;
    buf_init(&scenario);
    int fd = open(VMM_ROOT "/plugin-api/examples/acme_farm.json", O_RDONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    ssize_t got = read(fd, buf_reserve(&scenario, 65536), 65536);
    cr_assert_gt(got, 0);
    buf_grow(&scenario, (size_t)got);
    close(fd);

    rig_open(&rig, buf_cstr(&scenario));
    rig_config(&rig, "{\"plugin_dir\":\"" VMM_EXAMPLES "\",\"flags\":{"
                     "\"FEATURE_VMS_ACME_CGI\":true,\"FEATURE_PLUGIN_TALLY\":true}}");
    rig_start(&rig);
    rig_load_farm(&rig, "acme", "{}");
    rig_wait_all(&rig, "OK");
    json_decref(rig_farm(&rig, "{\"do\":\"var\",\"device\":\"acme-1\",\"name\":\"signal\","
                               "\"value\":\"0\"}"));
    rig_wait_health(&rig, "acme-1", "DOWN video_loss");
    rig_until(&rig, RIG_WAIT_MS, "the sink to count", has_counted, NULL);
    cr_assert_eq(rig_count(&rig, "*", "logins_bad"), 0);
    rig_close(&rig);
    buf_finish(&scenario);
}
