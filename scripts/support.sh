# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# ./vmm support: docs/support.md anew, from plugins/vendors/*/support.json.
need_packages build test
configure_in "$root/build/asan" -DCMAKE_BUILD_TYPE=Debug -DVMM_SANITIZE=address,undefined
ninja -C "$root/build/asan" --quiet support_matrix
exec "$root/build/asan/bin/support_matrix" "$root"
