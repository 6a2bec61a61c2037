# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Shell scripts, include directions, and words that do not belong here.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/scripts/common.sh"
cd "$root"
shellcheck -x -P "$root" vmm scripts/*.sh tests/soak/*.sh tests/package/*.sh tests/fault/*.sh tests/sim/*.sh tests/sinks/*.sh .ci/run .ci/steps/*.sh
bash tests/unit/includes.sh
bash tests/unit/picture.sh
