# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Units, mock host, pure engines and fuzz seeds, with gcc, ASan and UBSan.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/scripts/common.sh"
build_in "$root/build/asan" -DCMAKE_BUILD_TYPE=Debug -DVMM_SANITIZE=address,undefined
run_tests "$root/build/asan" -L quick -j2
