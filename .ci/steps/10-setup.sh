# SPDX-License-Identifier: MIT
# shellcheck shell=bash
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/scripts/common.sh"
need_packages build demo test
# 77: no node or no registry here; what needs them is left out.
status=0
bash "$root/tests/sinks/npm.sh" || status=$?
[ "$status" -eq 0 ] || [ "$status" -eq 77 ]
