#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# fails.sh PROGRAM SEEDS WORDS…: a simulation of something broken fails within so many seeds, says so in these words, and
# the first seed that fails does so again by itself.
set -euo pipefail
program=$1
most=$2
shift 2
out=$(mktemp)
trap 'rm -f "$out" "$out.again"' EXIT
found=''
for ((first = 1; first <= most; first += 10)); do
    status=0
    "$program" --seeds 10 --first-seed "$first" >"$out" 2>&1 || status=$?
    [ "$status" -le 1 ] || { cat "$out"; echo "ended with $status"; exit 1; }
    if grep -q -e "$*" "$out"; then
        found=$status
        break
    fi
done
[ "$found" = 1 ] || { cat "$out"; echo "what is broken was not found in $most seeds: $*"; exit 1; }
again=$(sed -n 's/.*again: vmm-sim --seeds 1 --first-seed \([0-9]*\) .*/\1/p' "$out" | head -n 1)
status=0
"$program" --seeds 1 --first-seed "$again" >"$out.again" 2>&1 || status=$?
[ "$status" -eq 1 ] || { echo "seed $again fails only together with others"; exit 1; }
diff <(grep "^seed $again:" "$out") <(grep "^seed $again:" "$out.again")
