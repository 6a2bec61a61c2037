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
foreign=$(comm -13 <(printf '%s\n' "$daemon") <(printf '%s\n' "$sim"))
[ -z "$foreign" ] || { printf 'not in vmmd:\n%s\n' "$foreign"; exit 1; }
# What decides is in both; what vmmd has beside that (files, other programs, this machine's network) need not be.
for member in sched/{sched,wheel,slot,ledger} health/{health,look,reach,combine,severity,breaker,confirm,hold,stale,refusal} \
    cause/{cause,storm,members,follow,incident,sites,place,isolation,references} gateway/{gateway,gateway_tell,gateway_send,gateway_quiet,lane,bucket,alarm}; do
    module=${member%/*}
    grep -qF "core/$module/libcore_$module.a(${member#*/}.c.o)" <<<"$sim" ||
        { echo "the simulation decides without $member.c"; exit 1; }
done
echo "$(wc -l <<<"$sim") objects are the same"
