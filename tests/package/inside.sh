#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What root.sh runs in the Debian of its own: packages come, work, go.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

fail() {
    echo "FAIL: $*" >&2
    [ ! -f /tmp/vmmd.log ] || tail -n 20 /tmp/vmmd.log >&2
    [ ! -f /tmp/explain.log ] || cat /tmp/explain.log >&2
    exit 1
}
# until_true SECONDS WHAT COMMAND…
until_true() {
    local left=$(($1 * 10)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$left" -gt 0 ] || fail "$what"
        sleep 0.1
        left=$((left - 1))
    done
}
get() { apt-get install -y -qq --no-install-recommends "$@" >/tmp/apt.log 2>&1 || { cat /tmp/apt.log >&2; fail "apt-get install $*"; }; }
ctl() { vmmctl --socket /run/vmm "$@"; }
plugin_state() { ctl plugins --json | grep -A12 "\"name\": *\"$1\"" | grep -m1 '"state"' || true; }
has_state() { plugin_state "$1" | grep -q "\"$2\""; }
pid_of() { # PLUGIN: its host's process
    local pid
    for pid in /proc/[0-9]*; do
        [ "$(tr '\0' ' ' 2>/dev/null <"$pid/cmdline")" != "vmm-host $1 " ] || echo "${pid#/proc/}"
    done
}
is_gone() { ! ctl plugins --json | grep -q "\"name\": *\"$1\""; }

echo 'deb [trusted=yes] file:/apt ./' >/etc/apt/sources.list.d/vmm.list
apt-get update -qq >/dev/null

# Install: nothing is on, the daemon starts with what was installed.
get vmm-core vmm-plugin-vivotek
getent passwd vmm >/dev/null || fail "there is no user vmm"
install -d -o vmm -g vmm -m 750 /run/vmm /var/lib/vmm
sed -i 's/"FEATURE_VMS_HEALTH_MONITOR": false/"FEATURE_VMS_HEALTH_MONITOR": true/' /etc/vmm/vmmd.json
setpriv --reuid vmm --regid vmm --init-groups vmmd --config /etc/vmm/vmmd.json >/tmp/vmmd.log 2>&1 &
echo $! >/tmp/vmmd.pid
until_true 10 "vmmd does not answer" ctl status
has_state vivotek off || fail "a plugin is on before its flag: $(plugin_state vivotek)"

# Its flag on, reload: it runs.
sed -i 's/false/true/' /etc/vmm/conf.d/vivotek.json
ctl reload >/dev/null || fail "the reload was refused"
until_true 10 "vivotek does not run" has_state vivotek ready
pid=$(pid_of vivotek)

# Another package comes while vmmd runs: known by the trigger alone, and nothing else noticed.
get vmm-plugin-generic
until_true 10 "dpkg's trigger did not reload vmmd" has_state generic off
[ "$(pid_of vivotek)" = "$pid" ] || fail "vivotek was restarted by another package"

# And goes, with its flag still on in the operator's file.
sed -i 's/false/true/' /etc/vmm/conf.d/generic.json
ctl reload >/dev/null || fail "the reload was refused"
until_true 10 "generic does not run" has_state generic ready
apt-get remove -y -qq vmm-plugin-generic >/dev/null 2>&1
until_true 10 "generic is still there after its removal" is_gone generic
[ -f /etc/vmm/conf.d/generic.json ] || fail "removing took the operator's file"
[ "$(pid_of vivotek)" = "$pid" ] || fail "vivotek was restarted by a removal"
apt-get purge -y -qq vmm-plugin-generic >/dev/null 2>&1
[ ! -e /etc/vmm/conf.d/generic.json ] || fail "purging left the configuration file"

# A recorder (the simulated ones come with vmm-dev) is watched once its maker's package is there, its flag on and vmmd has
# loaded both: channel for channel, with the device's own words.
dpkg-deb -x /apt/vmm-dev_*.deb /tmp/dev
cat >/tmp/farm.json <<FARM
{"ports": {"http": 0}, "users": [{"name": "admin", "password": "secret"}],
 "groups": [{"prefix": "recorder", "count": 1, "site": "lab", "base_address": "127.9.8.1",
             "personality": "hikvision-nvr-channel-lost", "clock": {"zone_min": 480}},
            {"prefix": "camera", "count": 1, "site": "lab", "base_address": "127.9.0.1", "personality": "acme"}],
 "personalities": {"acme": {
   "auth": {"realm": "acme", "challenges": [{"scheme": "digest", "qop": "auth"}]},
   "answers": {"hello": {"path": "/acme/hello", "open": true, "body": ["acme-model=A1"]}, "status": {"path": "/cgi-bin/status.cgi", "body": ["model=A1", "serial=0042", "video.signal=1"]}}}}}
FARM
exec {farm}< <(exec /tmp/dev/usr/bin/vmm-farm --scenario /tmp/farm.json \
    --personalities /tmp/dev/usr/share/vmm/personalities --port-file - 2>/tmp/farm.log)
farm_pid=$!
read -r ready <&"$farm" || fail "the farm does not begin: $(cat /tmp/farm.log)"
port=$(grep -oE '"http": *[0-9]+' <<<"$ready" | grep -oE '[0-9]+')
ctl site add lab timezone=Asia/Taipei profile=lan >/dev/null
ctl credential add lab --user admin --password-stdin <<<secret >/dev/null

get vmm-plugin-hikvision
until_true 10 "dpkg's trigger did not reload vmmd" has_state hikvision off
sed -i 's/false/true/' /etc/vmm/conf.d/hikvision.json
ctl reload >/dev/null || fail "the reload was refused"
until_true 10 "hikvision does not run" has_state hikvision ready
ctl nvr add recorder site=lab provider=hikvision host=127.9.8.1 "port=$port" credential=lab >/dev/null
for channel in 1 2 3 4; do
    ctl camera add "gate-$channel" site=lab nvr=recorder "channel=$channel" >/dev/null
done
until_true 60 "the recorder is not looked at" ctl nvr test recorder
explains() { ctl explain "$1" >/tmp/explain.log 2>&1; grep -qE "$2" /tmp/explain.log; }
until_true 60 "channel 1 is not well" explains gate-1 '^  OK, normal'
until_true 60 "channel 2 is not lost in the device's own words" explains gate-2 'netUnreachable'
until_true 60 "channel 3 is not refused in the device's own words" explains gate-3 'errorUserNameOrPasswd'
until_true 60 "channel 4 is no empty slot in the device's own words" explains gate-4 'notExist'
explains gate-1 'signal  *yes' || fail "channel 1 tells no signal"
explains gate-1 'recording_now  *yes' || fail "channel 1 does not tell whether it records"
explains recorder 'disk_state  *idle' || fail "the recorder tells no disks in its own words"
explains recorder 'clock_offset ' || fail "the recorder tells no clock"

# Whose device is at an address, when nobody names a provider.
get vmm-plugin-identify
until_true 10 "dpkg's trigger did not reload vmmd" has_state identify off
sed -i 's/false/true/' /etc/vmm/conf.d/identify.json
ctl reload >/dev/null || fail "the reload was refused"
until_true 10 "identify does not run" has_state identify ready
finds() { ctl probe "$1:$port" --json >/tmp/explain.log 2>&1; grep -q "\"provider\": *\"$2\"" /tmp/explain.log; }
finds 127.9.8.1 hikvision || fail "the recorder is not known for its maker's"

# Destinations whose libraries come with them: they start, though nobody listens.
get vmm-sink-email vmm-sink-mqtt
cat >/etc/vmm/conf.d/email.json <<'CONF'
{"flags": {"FEATURE_VMM_SINK_EMAIL": true}, "plugins": {"email": {"own_sockets": true, "config": {
 "server": "127.0.0.1", "from": "vmm@example.org", "targets": [{"name": "ops", "to": ["ops@example.org"]}]}}}}
CONF
cat >/etc/vmm/conf.d/mqtt.json <<'CONF'
{"flags": {"FEATURE_VMM_SINK_MQTT": true}, "plugins": {"mqtt": {"own_sockets": true, "config": {"server": "127.0.0.1"}}}}
CONF
ctl reload >/dev/null || fail "the reload was refused"
until_true 10 "email does not run" has_state email ready
until_true 10 "mqtt does not run" has_state mqtt ready

# Beside it a plugin of another build: made outside of the tree from what vmm-dev installs, and put to work as
# docs/add-a-vendor.md says.
# The page begins where nothing is on: its reload finds the master flag as the package ships it, unless it says otherwise.
sed -i 's/"FEATURE_VMS_HEALTH_MONITOR": true/"FEATURE_VMS_HEALTH_MONITOR": false/' /etc/vmm/vmmd.json
[ "$(wc -l </tmp/page.sh)" -ge 8 ] || fail "the page has no commands"
(cd /tmp/other && PORT=$port timeout 120 bash -euo pipefail /tmp/page.sh) >/tmp/page.log 2>&1 || {
    cat /tmp/page.log >&2
    fail "a command of docs/add-a-vendor.md"
}
grep -q 'serial .*0042' /tmp/page.log || fail "the page's plugin reads no serial number: $(cat /tmp/page.log)"
has_state acme ready || fail "acme does not run"
until_true 60 "the other build's camera is not watched" explains dock-1 '^  OK, normal'
other=$(pid_of acme)
finds 127.9.0.1 acme || fail "the other build's opinion does not count"

# Its maker's package gone, the recorder is not watched any more, and nothing else noticed.
apt-get remove -y -qq vmm-plugin-hikvision >/dev/null 2>&1
ctl reload >/dev/null || fail "the reload was refused"
until_true 10 "hikvision is still there after its removal" is_gone hikvision
until_true 60 "the recorder is still watched" explains recorder '^  Reason +provider_failed'
until_true 60 "its channels are still watched" explains gate-1 '^  Reason +provider_failed'
[ "$(pid_of vivotek) $(pid_of acme)" = "$pid $other" ] || fail "another plugin was restarted by the removal"
explains dock-1 '^  OK, normal' || fail "another camera noticed"
kill "$farm_pid"
rm /etc/vmm/conf.d/acme.json # it is nobody's but the operator's

# An upgrade whose conffile is another keeps what the operator wrote, and takes over the new build.
mkdir -p /tmp/up && dpkg-deb -R /apt/vmm-plugin-vivotek_*.deb /tmp/up/vivotek
version=$(dpkg-deb -f /apt/vmm-plugin-vivotek_*.deb Version)
sed -i "s/^Version: .*/Version: $version+up1/" /tmp/up/vivotek/DEBIAN/control
printf '{\n  "flags": {\n    "FEATURE_VMS_VIVOTEK_CGI": false\n  },\n  "plugins": {}\n}\n' >/tmp/up/vivotek/etc/vmm/conf.d/vivotek.json
dpkg-deb --root-owner-group -b /tmp/up/vivotek /tmp/up/new.deb >/dev/null
dpkg --force-confold -i /tmp/up/new.deb >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log >&2; fail "the upgrade"; }
grep -q true /etc/vmm/conf.d/vivotek.json || fail "the upgrade took the operator's flag away"
[ -f /etc/vmm/conf.d/vivotek.json.dpkg-dist ] || fail "the package's new file was not kept beside it"
until_true 10 "the new build does not run" has_state vivotek ready
until_true 10 "the old build still runs" sh -c "! kill -0 $pid"

# A plugin made for a newer core says which version it needs.
mkdir -p /tmp/newer && dpkg-deb -R /apt/vmm-plugin-rtsp_*.deb /tmp/newer/rtsp
sed -i 's/vmm-abi-[0-9.]*/vmm-abi-0.9/' /tmp/newer/rtsp/DEBIAN/control
dpkg-deb --root-owner-group -b /tmp/newer/rtsp /tmp/newer/rtsp.deb >/dev/null
if apt-get install -y /tmp/newer/rtsp.deb >/tmp/apt.log 2>&1; then fail "a plugin for a newer core was installed"; fi
grep -q 'vmm-abi-0.9' /tmp/apt.log || fail "apt does not name the version: $(cat /tmp/apt.log)"

# Everything goes, and purge leaves nothing.
kill "$(cat /tmp/vmmd.pid)"
until_true 20 "vmmd does not end" sh -c "! kill -0 $(cat /tmp/vmmd.pid)"
rm -f /tmp/vmmd.pid
apt-get purge -y -qq 'vmm-*' >/tmp/apt.log 2>&1 || { cat /tmp/apt.log >&2; fail "purge"; }
left=$(find /etc/vmm /usr/lib/vmm /usr/share/vmm /var/lib/vmm -type f 2>/dev/null || true)
[ -z "$left" ] || fail "purge left: $left"
echo "install, flag, trigger, a recorder watched and told by its answers, destinations, another build, removal, upgrade, newer core, purge: ok"
