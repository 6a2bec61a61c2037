#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# verify.sh BUILD: `vmmctl plugin verify` finds in each fault plugin the rule that it breaks, none broken in ours, and for
# each of its rules there is a plugin that breaks it.
set -euo pipefail
build=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/vmm-verify.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/faults"
cp "$build"/fault-plugins/*.so "$here"/plugins/*.json "$work/faults"
chmod 755 "$work"/faults/*.so
cp "$work/faults/settle.so" "$work/faults/wide_open.so"
chmod 777 "$work/faults/wide_open.so"

# PLUGIN RULE, the rule that has to be broken; - when none may be.
cat >"$work/cases" <<LIST
faults/abi_major.so describes
faults/abi_minor.so describes
faults/big_result.so refused
faults/crash_constructor.so describes
faults/crash_open.so opens
faults/crash_probe.so many
faults/exit_zero.so imports
faults/exit_zero.so refused
faults/fail_open.so opens
faults/finish_twice.so refused
faults/forgets.so settles
faults/hang.so silent
faults/ignore_term.so ends
faults/judge.so options options.mood=bad
faults/judge.so options options.mood=crash
faults/judge.so options options.mood=late
faults/leak_fd.so leaks
faults/leave_thread.so process
faults/live.so -
faults/never_finish.so cancel
faults/other_flag.so fragment
faults/print.so process
faults/process_state.so process
faults/seer_crash.so identify
faults/seer_gone.so imports
faults/seer_hang.so identify
faults/seer_lies.so identify
faults/seer_sure.so identify
faults/settle.so -
faults/shows_more.so entry
faults/slow_call.so prompt
faults/spin.so silent
faults/tells_password.so login
faults/told.so missing
faults/truncated.so describes
faults/trusts_empty.so empty
faults/trusts_end.so closes
faults/trusts_garbage.so garbage
faults/wants_all.so endless
faults/wide_open.so file
faults/wrong_thread.so refused
$build/example-plugins/acme.so -
$build/example-plugins/page.so -
$build/example-plugins/tally.so -
$build/plugins/jsonl.so - config.path=$work/events.jsonl
$build/plugins/webhook.so - config.url=http://127.0.0.1:1/
$build/plugins/rtsp.so -
$build/plugins/vivotek.so -
LIST
# Probes open without settings; a sink is not tried beyond that unless a line above gives it what it needs.
for plugin in "$build"/plugins/*.so; do
    grep -q "^$plugin " "$work/cases" || echo "$plugin -" >>"$work/cases"
done

check() { # BUILD WORK PLUGIN RULE [SETTING…]
    local build=$1 work=$2 plugin=$3 rule=$4 code=0
    shift 4
    local out
    out=$(cd "$work" && "$build/bin/vmmctl" plugin verify "$plugin" "$@") || code=$?
    case $rule in
    -) [ "$code" = 0 ] && ! grep -q ' BROKEN ' <<<"$out" ;;
    *) [ "$code" = 1 ] && grep -qE "^$rule +BROKEN " <<<"$out" ;;
    esac || {
        printf 'FAIL: %s, %s\n%s\n' "$plugin" "$rule" "$out"
        return 1
    }
}
export -f check

# Each rule that is tried on a plugin of any kind, by what vmmctl says itself.
for plugin in told settle live; do
    (cd "$work"; "$build/bin/vmmctl" --json plugin verify "faults/$plugin.so" || true) | jq -r '.[].rule'
done | sort -u >"$work/rules"
[ "$(wc -l <"$work/rules")" -ge 20 ] || {
    echo "FAIL: the rules could not be read" >&2
    exit 1
}
while read -r rule; do
    grep -q "^faults/[^ ]* $rule\b" "$work/cases" || {
        echo "FAIL: no fault plugin breaks the rule $rule" >&2
        exit 1
    }
done <"$work/rules"
# shellcheck disable=SC2016
xargs -a "$work/cases" -P 4 -L 1 bash -c 'check "$0" "$@"' "$build" "$work"
echo "$(wc -l <"$work/cases") verdicts as expected"
