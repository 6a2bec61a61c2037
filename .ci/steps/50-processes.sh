# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Real processes: hosts, faults, the daemon, reload.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/scripts/common.sh"
run_tests "$root/build/asan" -L ci
