#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# fails.sh PROGRAM SEEDS WORDS…: a simulation of something broken fails, says so in these words, and the first seed
# that fails does so again by itself.
set -euo pipefail
program=$1
seeds=$2
shift 2
out=$(mktemp)
trap 'rm -f "$out" "$out.again"' EXIT
status=0
"$program" --seeds "$seeds" >"$out" 2>&1 || status=$?
if [ "$status" -ne 1 ]; then
    cat "$out"
    echo "ended with $status: what is broken was not found"
    exit 1
fi
grep -q -e "$*" "$out" || {
    cat "$out"
    echo "not a word of: $*"
    exit 1
}
again=$(sed -n 's/.*again: vmm-sim --seeds 1 --first-seed \([0-9]*\) .*/\1/p' "$out" | head -n 1)
status=0
"$program" --seeds 1 --first-seed "$again" >"$out.again" 2>&1 || status=$?
[ "$status" -eq 1 ] || { echo "seed $again fails only together with others"; exit 1; }
diff <(grep "^seed $again:" "$out") <(grep "^seed $again:" "$out.again")
