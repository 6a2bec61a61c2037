# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Install, build, start the demo's devices and vmmd, load the demo fleet, and return when it is watched.

if is_running "$run/vmmd.pid"; then
    say "vmmd runs already (./vmm status, ./vmm down)."
    return 0
fi

say "[1/5] packages"
need_packages build demo
say "[2/5] build"
build_in "$root/build" -DVMM_TESTS=OFF
mkdir -p "$run"

say "[3/5] demo devices: 300 simulated ones, 4 cameras of a real RTSP server"
# A password of this run alone, in files that only this user reads.
(
    umask 077
    od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$run/demo.password"
    jq --arg password "$(cat "$run/demo.password")" '.users[0].password = $password' \
        "$root/demo/farm.json" >"$run/farm.json"
    printf 'demo:%s\n' "$(cat "$run/demo.password")" >"$run/cameras.login"
    jq --arg run "$run" '. + {plugins: {jsonl: {config: {path: "\($run)/events.jsonl"}}}}' \
        "$root/demo/vmmd.json" >"$run/vmmd.json"
)
rm -f "$run/farm.ready" "$run/cameras.ready"
start farm "$bin/vmm-farm" --scenario "$run/farm.json" --personalities "$root/tests/farm/personalities" \
    --port-file "$run/farm.ready" --report "$run/farm.report.json"
start cameras "$bin/demo-cameras" --login "$run/cameras.login" --cache "$root/build/demo" \
    --ready "$run/cameras.ready"
wait_for 20 "vmm-farm" test -s "$run/farm.ready"
wait_for 60 "the RTSP server" test -s "$run/cameras.ready"

say "[4/5] vmmd"
VMM_PLUGIN_DIR="$root/build/plugins" start vmmd "$bin/vmmd" --config "$run/vmmd.json"
wait_for 20 "vmmd" "$bin/vmmctl" flags

say "[5/5] demo fleet"
verb="add"
! "$bin/vmmctl" credential list --json 2>/dev/null | grep -q '"demo"' || verb="set"
"$bin/vmmctl" credential "$verb" demo --user demo --password-stdin <"$run/demo.password" >/dev/null
jq -n -f "$root/demo/fleet.jq" --slurpfile farm "$run/farm.ready" \
    --slurpfile cameras "$run/cameras.ready" >"$run/fleet.json"
"$bin/vmmctl" fleet load "$run/fleet.json" >/dev/null

say ""
"$bin/vmmctl" status --limit 5 || true
cat <<TEXT

Watching 304 demo cameras at three sites; some of them fail on purpose. Give it two minutes, then:

  ./vmm status                 what is not OK, and why
  ./vmm events                 what changed
  ./vmm explain tpe-vivotek-004    one camera, step by step
  ./vmm plugins                who speaks to the devices
  ./vmm down                   stop all of it

Your own camera, with its first verdict within 30 s (asks for the password, and finds out whose it is):

  ./vmm watch ADDRESS --user USER
  ./vmm watch ADDRESS --provider rtsp --user USER --path /live.sdp    a stream by its path
TEXT
