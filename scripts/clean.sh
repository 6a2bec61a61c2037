# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
for name in vmmd farm cameras; do
    ! is_running "$run/$name.pid" || fail "$name runs; ./vmm down first"
done
rm -rf "$root/build" "$run"
