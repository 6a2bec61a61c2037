# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# ./vmm bench [NAME …] [--json FILE] [--quick]: docs/bench.md.
need_packages build demo bench
build_in "$root/build" -DVMM_TESTS=OFF
mkdir -p "$run"
# Relative to where the command was given, as everywhere.
exec "$root/build/bench/vmm-bench" "$@"
