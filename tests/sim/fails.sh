#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# fails.sh BROKEN SOUND FROM SEEDS WORDS…: a simulation of something broken fails within so many seeds, says so in these
# words, and the seed that fails does so again by itself; the sound program has nothing to say of that seed.
# FROM is where to begin: the broken one is known to fail soon after, so that what is rare is not looked for each time.
set -euo pipefail
broken=$1
sound=$2
from=$3
most=$4
shift 4
out=$(mktemp)
trap 'rm -f "$out" "$out.again"' EXIT
found=''
for ((first = from; first < from + most; first += 2)); do
    status=0
    "$broken" --seeds 2 --first-seed "$first" >"$out" 2>&1 || status=$?
    [ "$status" -le 1 ] || { cat "$out"; echo "ended with $status"; exit 1; }
    if grep -q -e "$*" "$out"; then
        found=$status
        break
    fi
done
[ "$found" = 1 ] || { cat "$out"; echo "what is broken was not found in $most seeds: $*"; exit 1; }
again=$(grep -e "$*" "$out" | sed -n '1s/^seed \([0-9]*\): .*/\1/p')
status=0
"$broken" --seeds 1 --first-seed "$again" >"$out.again" 2>&1 || status=$?
[ "$status" -eq 1 ] || { echo "seed $again fails only together with others"; exit 1; }
diff <(grep "^seed $again:" "$out") <(grep "^seed $again:" "$out.again")
"$sound" --seeds 1 --first-seed "$again" >"$out" 2>&1 || { cat "$out"; echo "seed $again fails without it as well"; exit 1; }
