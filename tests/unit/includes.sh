#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Dependencies point one way: which module of core may include which, and what a plugin may include.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

declare -A may=(
    [base]="base" [ipc]="base ipc" [config]="base ipc config" [fleet]="base ipc fleet"
    [sched]="base ipc config fleet sched" [health]="base ipc config fleet health"
    [cause]="base ipc config fleet health cause"
    [store]="base ipc config fleet store" [gateway]="base ipc config fleet sched health cause store gateway"
    [supervise]="base ipc config fleet sched health cause store gateway supervise"
    [main]="base ipc config fleet sched health cause store gateway supervise main"
    [host]="base ipc host" [ctl]="base ipc ctl"
    [sim]="base ipc config fleet sched health cause store gateway sim"
)
bad=0
for module in "${!may[@]}"; do
    while IFS=: read -r file line text; do
        target=$(sed -E 's/.*#include "([a-z]+)\/.*/\1/' <<<"$text")
        if [[ " ${may[$module]} " != *" $target "* ]]; then
            echo "$file:$line: core/$module must not include $target"
            bad=1
        fi
    done < <(grep -rnE '#include "[a-z]+/' "core/$module" --include='*.[ch]' || true)
done
while IFS=: read -r file line text; do
    echo "$file:$line: a plugin includes <vmm/…>, <kit/…>, its own files and its libraries only: $text"
    bad=1
done < <(grep -rnE '#include "(base|ipc|config|fleet|sched|health|cause|store|gateway|supervise|main|host|ctl)/' \
    plugins plugin-api --include='*.[ch]' || true)
exit $bad
