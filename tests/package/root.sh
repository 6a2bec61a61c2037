#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# root.sh APT-FOLDER FOLDER: the packages in a Debian of their own (debootstrap): install, flag on, devices watched, remove,
# conffiles, purge. FOLDER has the package of a plugin of another build.
set -euo pipefail
apt=$(cd "$1" && pwd)
other=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d "${TMPDIR:-/tmp}/vmm-root.XXXXXX")
trap 'rm -rf --one-file-system "$root"' EXIT
cache=${VMM_DEBOOTSTRAP_CACHE:-}
debootstrap --variant=minbase ${cache:+--cache-dir="$cache"} bookworm "$root" >"$root.log" 2>&1 || {
    tail -n 20 "$root.log" >&2
    exit 1
}
rm -f "$root.log"
chmod 755 "$root"
mkdir -p "$root/apt" "$root/tmp/other"
cp "$apt"/* "$root/apt"
cp "$other"/*.deb "$root/tmp/other"
cp "$here/inside.sh" "$root/tmp"
awk -v work=1 -f "$here/page.awk" "$here/../../docs/add-a-vendor.md" >"$root/tmp/page.sh"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
# Processes and mounts end with the namespaces.
# shellcheck disable=SC2016
unshare --mount --pid --fork --kill-child --propagation private /bin/bash -c \
    'mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev" && exec env -i PATH="$PATH" chroot "$0" /bin/bash /tmp/inside.sh' "$root"
