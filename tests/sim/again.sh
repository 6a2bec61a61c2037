#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# again.sh PROGRAM: equal seeds tell the same story, others another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" --seeds 3 --first-seed 7 --trace 2>"$folder/one" >/dev/null
"$1" --seeds 3 --first-seed 7 --trace 2>"$folder/two" >/dev/null
"$1" --seeds 3 --first-seed 10 --trace 2>"$folder/other" >/dev/null
[ "$(wc -l <"$folder/one")" -gt 100 ] || { echo "the trace says nothing"; exit 1; }
cmp "$folder/one" "$folder/two"
if cmp -s "$folder/one" "$folder/other"; then
    echo "other seeds tell the same"
    exit 1
fi
