# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# The soak's devices and its vmmd, in the run folder $run.

# Plugins are copied, so that the soak can replace them; devices and password are this run's alone.
soak_prepare() {
    umask 077
    mkdir "$run/plugins"
    cp "$root"/build/plugins/*.so "$root"/build/plugins/*.json "$run/plugins"
    od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$run/password"
    jq --arg password "$(cat "$run/password")" --argjson seed "$seed" \
        '.seed = $seed | .users[0].password = $password' "$root/tests/soak/farm.json" >"$run/farm.json"
    soak_config batch
}

# soak_config FSYNC: the configuration with this setting of the sink. By rename: vmmd may read it now.
soak_config() {
    jq --arg run "$run" --arg fsync "$1" \
        '. + {node_id: "soak", run_dir: $run, plugin_dir: "\($run)/plugins",
              plugins: {jsonl: {config: {path: "\($run)/events.jsonl", fsync: $fsync}}}}' \
        "$root/demo/vmmd.json" >"$run/vmmd.json.new"
    mv "$run/vmmd.json.new" "$run/vmmd.json"
}

soak_start_vmmd() {
    start vmmd "$bin/vmmd" --config "$run/vmmd.json"
    disown # its end is ours to tell, not the shell's
    wait_for 60 "vmmd" "$bin/vmmctl" flags
}

soak_start() {
    start farm "$bin/vmm-farm" --scenario "$run/farm.json" --personalities "$root/tests/farm/personalities" \
        --port-file "$run/farm.ready" --control "$run/farm.sock" --report "$run/report.json"
    wait_for 30 "vmm-farm" test -s "$run/farm.ready"
    soak_start_vmmd
    "$bin/vmmctl" credential add soak --user demo --password-stdin <"$run/password" >/dev/null
    jq -n -f "$root/tests/soak/fleet.jq" --slurpfile farm "$run/farm.ready" >"$run/fleet.json"
    "$bin/vmmctl" fleet load "$run/fleet.json" >/dev/null
}

# The devices last, so that their end is no outage.
soak_stop() {
    stop vmmd 40
    stop farm 10
}
