# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# ./vmm sim [--seeds N] [--first-seed S] …: docs/simulation.md.
need_packages build
build_in "$root/build" -DVMM_TESTS=OFF
exec "$bin/vmm-sim" "$@"
