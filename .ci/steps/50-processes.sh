# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Real processes: hosts, faults, the daemon, reload. Two programs at a time: they mostly wait. Each has folders, ports
# and children of its own, and sees to it that none of these is left.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/scripts/common.sh"
run_tests "$root/build/asan" -L ci -j2
