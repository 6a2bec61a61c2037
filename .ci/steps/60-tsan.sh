# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# What has threads, under ThreadSanitizer: the store, the host's workers and the memory of its resolver.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/scripts/common.sh"
configure_in "$root/build/tsan" -DCMAKE_BUILD_TYPE=Debug -DVMM_SANITIZE=thread
ninja -C "$root/build/tsan" --quiet tsan_store tsan_work tsan_shelf
run_tests "$root/build/tsan" -L tsan
