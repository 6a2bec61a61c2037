#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# objects.sh MAP-OF-VMMD MAP-OF-VMM-SIM: what the simulation decides by are the objects that vmmd is linked of, each from
# the same archive, and none of the modules has a second source.
set -euo pipefail
modules='sched|health|cause|gateway'
# Members that the linker took, one a line: core/health/libcore_health.a(look.c.o)
members() { grep -oE "^[^ ]*core/($modules)/libcore_[a-z]+\.a\([^)]*\)" "$1" | sort -u; }
daemon=$(members "$1")
sim=$(members "$2")
for module in ${modules//|/ }; do
    grep -q "core/$module/" <<<"$sim" || { echo "the simulation has nothing of core/$module"; exit 1; }
done
foreign=$(comm -13 <(printf '%s\n' "$daemon") <(printf '%s\n' "$sim"))
[ -z "$foreign" ] || { printf 'not in vmmd:\n%s\n' "$foreign"; exit 1; }
# What vmmd has of schedule, judging, causes and messages to people, the simulation has too, but for: copies of the record
# and other programs, a policy file, rules of the configuration, the text of the notification log, this machine's network.
left=$(comm -23 <(printf '%s\n' "$daemon") <(printf '%s\n' "$sim") |
    grep -vE 'core_gateway\.a\((backlog|feed|keyset|outbox|policy_load|scrub)\.c\.o\)' |
    grep -vE 'core_cause\.a\((isolation|netview)\.c\.o\)|core_health\.a\(rules\.c\.o\)' || true)
[ -z "$left" ] || { printf 'only in vmmd:\n%s\n' "$left"; exit 1; }
echo "$(wc -l <<<"$sim") objects are the same"
