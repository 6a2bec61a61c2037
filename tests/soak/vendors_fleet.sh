# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# The devices of `./vmm soak vendors`, and its vmmd.

vendors_prepare() {
    umask 077
    jq -n -f "$root/tests/soak/vendors.jq" --argjson devices "$devices" --argjson minute $((minutes * 2)) \
        --slurpfile plays <(cat "$root"/plugins/vendors/*/play.json) --slurpfile more "$root/tests/soak/vendors.json" \
        >"$run/script.json"
    jq -f "$root/tests/soak/vendors_farm.jq" --argjson seed "$seed" "$run/script.json" >"$run/farm.json"
    jq -f "$root/tests/soak/vendors_vmmd.jq" --arg run "$run" --arg plugins "$root/build/plugins" --argjson minutes "$minutes" \
        "$run/script.json" >"$run/vmmd.json"
}

# With fleet and credential before vmmd is asked anything else: the script's time begins with the farm's.
vendors_start() {
    start farm "${realtime[@]}" "$bin/vmm-farm" --scenario "$run/farm.json" --personalities "$root/tests/farm/personalities" \
        --port-file "$run/farm.ready" --control "$run/farm.sock" --report "$run/report.json"
    wait_for 60 "vmm-farm" test -s "$run/farm.ready"
    start vmmd "${realtime[@]}" "$bin/vmmd" --config "$run/vmmd.json"
    wait_for 60 "vmmd" "$bin/vmmctl" flags
    printf 'secret\n' | "$bin/vmmctl" credential add soak --user admin --password-stdin >/dev/null
    jq -f "$root/tests/soak/vendors_fleet.jq" --slurpfile farm "$run/farm.ready" "$run/script.json" >"$run/fleet.json"
    "$bin/vmmctl" fleet load "$run/fleet.json" >/dev/null
}
