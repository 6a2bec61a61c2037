#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What root.sh runs in the Debian of its own: packages come, work, go.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

fail() {
    echo "FAIL: $*" >&2
    [ ! -f /tmp/vmmd.log ] || tail -n 20 /tmp/vmmd.log >&2
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
echo "install, flag, trigger, removal, upgrade, newer core, purge: ok"
