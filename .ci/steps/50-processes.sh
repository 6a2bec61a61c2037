# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Real processes: hosts, faults, the daemon, reload. Four programs at a time: they mostly wait. Each has folders, ports
# and children of its own, and sees to it that none of these is left. These tests wait for real processes in real
# time, which a machine that stalls takes from them: what fails is told, and has to pass by itself.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/scripts/common.sh"
if ! run_tests "$root/build/asan" -L ci -j4; then
    warn "these failed; once more, one at a time"
    run_tests "$root/build/asan" --rerun-failed
fi
