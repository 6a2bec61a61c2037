# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
need_packages build demo
build_in "$root/build" -DVMM_TESTS=OFF
