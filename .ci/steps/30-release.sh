# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# The build that people run; a second one does nothing and is quick.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/scripts/common.sh"
"$root/vmm" build
