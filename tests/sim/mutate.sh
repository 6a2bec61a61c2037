#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# mutate.sh EDITS SOURCE OUT: the source with the edits; fails when they change nothing.
set -euo pipefail
sed -f "$1" "$2" >"$3.new"
if cmp -s "$2" "$3.new"; then
    echo "$1 changes nothing in $2" >&2
    exit 1
fi
mv "$3.new" "$3"
