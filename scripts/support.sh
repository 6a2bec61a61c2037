# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# ./vmm support: docs/support.md and docs/personalities.md anew, from plugins/vendors/*/support.json and play.json.
need_packages build test
configure_in "$root/build/asan" -DCMAKE_BUILD_TYPE=Debug -DVMM_SANITIZE=address,undefined
ninja -C "$root/build/asan" --quiet support_matrix play_matrix
"$root/build/asan/bin/support_matrix" "$root"
"$root/build/asan/bin/play_matrix" "$root"
