# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# What has to hold at the end of `./vmm soak vendors`, beside what check.sh has.

# What was told of each device, its verdict now, and what the script has: [{id, row, chain, now, told, again, right}].
vendors_compare() {
    jq -n --slurpfile script "$run/script.json" --slurpfile journal "$run/verdicts.jsonl" --slurpfile status "$run/status.json" '
        def told: reduce .[] as $e ({told: [], again: 0}; "\($e.to) \($e.reason)" as $verdict
            | if $e.from == $e.to and .told[-1] == $verdict then .again += 1 else .told += [$verdict] end);
        def fits($told; $chain): if $chain == [] then $told == []
            else ($told[0] == ($chain[0] | rtrimstr("?")) and fits($told[1:]; $chain[1:]))
                or ($chain[0][-1:] == "?" and fits($told; $chain[1:])) end;
        ($script[0] | INDEX(.prefix)) as $kinds
        | (reduce ($journal[] | select(.camera_id)) as $e ({}; .[$e.camera_id] += [$e])) as $events
        | [$status[0].cameras[] | $kinds[.id | sub("[0-9]+$"; "")] as $kind
           | {id, row: "\($kind.provider)|\($kind.row)|\($kind.personality)", chain: $kind.chain, now: "\(.health) \(.reason // "none")"}
             + ($events[.id] // [] | told)
           | .right = (.now == .chain[-1] and fits(.told; .chain))]' >"$run/compared.json"
}

# Each personality that the farm has takes part.
check_personalities() {
    local missing
    missing=$(comm -23 <(basename -a -s .json "$root"/tests/farm/personalities/*.json | sort) <(jq -r '.[].personality' "$run/script.json" | sort -u))
    verdict "$(printf %s "$missing" | grep -c . || true)" "every personality of the farm takes part" "without: ${missing:-none}"
}

check_scripts() {
    local wrong
    vendors_compare
    wrong=$(jq 'map(select(.now != .chain[-1])) | length' "$run/compared.json")
    verdict "$wrong" "each device ends with the health and reason of its script" "$(jq length "$run/compared.json") devices, $wrong with another"
    wrong=$(jq 'map(select(.right | not)) | length' "$run/compared.json")
    verdict "$wrong" "the events of each device are those of its script, in number and order" \
        "$(jq 'map(.told | length) | add' "$run/compared.json") events, $wrong devices with others"
}

# kind_report JQ: of the devices that the farm reports, each with what the script has of it as $kind.
kind_report() {
    jq -n --slurpfile script "$run/script.json" --slurpfile report "$run/report.json" "
        (\$script[0] | INDEX(.prefix)) as \$kinds
        | [\$report[0].devices[] | \$kinds[.id | sub(\"[0-9]+\$\"; \"\")] as \$kind | $1"
}
kind_faults() { kind_report "select($1)] | length"; }
kind_most() { kind_report "select($1) | $2] | max | floor"; }

check_gentle() {
    local longest=$(((300 * minutes / 30 + 60) * 1000)) is_well='$kind.chain == ["OK none"]'
    verdict "$(device_faults '.lock_outs > 0')" "no account is locked" "$(jq .totals.logins_good "$run/report.json") good logins"
    verdict "$(kind_faults '$kind.bad_logins == 0 and .logins_bad > 0')" "no bad login where the password is right" \
        "$(jq .totals.logins_bad "$run/report.json") bad logins in all"
    local again=$((minutes / 30 < 2 ? minutes / 30 : 2)) # the run ends some seconds after its minutes
    verdict "$(kind_faults "\$kind.bad_logins > 0 and .logins_bad > \$kind.bad_logins + $again")" \
        "a wrong password is tried once, one refused for too many sessions three times, and again after 30 minutes" \
        "at most $(jq '[.devices[].logins_bad] | max' "$run/report.json") at a device"
    verdict "$(device_faults '.connections_max > 2')" "never more connections than the budget of 2" \
        "at most $(jq .totals.connections_max "$run/report.json") at a device"
    verdict "$(device_faults '.writes > 0')" "nothing written" "$(jq .totals.requests "$run/report.json") requests"
    verdict "$(kind_faults "$is_well and .gap_max_ms > $longest")" \
        "no device that is well waits longer than $((longest / 1000)) s for a look" "longest $(kind_most "$is_well" .gap_max_ms) ms"
}

vendors_check_running() {
    check_personalities
    check_chain
    check_status
    check_scripts
    check_jsonl
}

vendors_check_ended() {
    check_looks
    check_gentle
    # After a third of the run everything has been looked at, and the faults have begun.
    check_flat 3 $((minutes * 20)) "vmmd's memory is flat" KiB 1024
    check_flat 4 $((minutes * 20)) "vmmd's descriptors are flat" descriptors 8
    check_flat 7 $((minutes * 20)) "the hosts' memory is flat" KiB 4096
}
