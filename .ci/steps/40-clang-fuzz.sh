# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Everything with clang, warnings as errors; each fuzz target for 5 s.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/scripts/common.sh"
build_in "$root/build/clang" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug \
    -DVMM_SANITIZE=address,undefined
run_tests "$root/build/clang" -L fuzz -j2
