#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fetch what tests check themselves against: the reference verifier of Standard Webhooks, the types of Google's Chat
# API with the compiler that holds messages against them, and a client of ONVIF. Into build/npm, once. Exit 77: node,
# npm or a registry is not there; the tests that need them are left out then.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$root/build/npm
hooks=standardwebhooks@1.1.1
types=@googleapis/chat@45.0.0
client=onvif@0.8.3
compiler=typescript@5.9.3

leave_out() {
    rm -rf "$folder"
    echo "$1: some tests are left out" >&2
    exit 77
}

# Of Google's package the types alone: what it needs to run is large, and not needed.
fetch() {
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$folder" "$hooks" \
        "$client" "$compiler" &&
        npm pack --silent --pack-destination "$folder" "$types" &&
        tar -xzf "$folder"/googleapis-chat-*.tgz -C "$folder/chat" --strip-components 1 \
            package/build/v1.d.ts
}

if [ -f "$folder/ready" ] && [ "$(cat "$folder/ready")" = "$hooks $types $client $compiler" ]; then
    exit 0
fi
for program in node npm; do
    command -v "$program" >/dev/null || leave_out "no $program"
done
rm -rf "$folder"
mkdir -p "$folder/chat"
fetch >/dev/null 2>&1 || leave_out "no registry"
echo "$hooks $types $client $compiler" >"$folder/ready"
