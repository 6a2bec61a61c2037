# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# What has threads, under ThreadSanitizer: the store and the host's workers.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/scripts/common.sh"
build_in "$root/build/tsan" -DCMAKE_BUILD_TYPE=Debug -DVMM_SANITIZE=thread
cd "$root/build/tsan"
ctest -R 'test_store_|test_host_work' --output-on-failure --no-tests=error | tail -n 40
