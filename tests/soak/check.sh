# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# What has to hold at the end. Each check adds one line "state|what|figures" to $run/checks; the state is ok, FAIL, or
# not judged where the run was too short to tell.

# verdict FAULTS WHAT FIGURES: ok when there are no faults.
verdict() {
    local state=ok
    [ "$1" = 0 ] || state=FAIL
    printf '%s|%s|%s\n' "$state" "$2" "$3" >>"$run/checks"
}

# ---- While vmmd runs ----

# What was journalled, what has arrived, and what is shown now. The journal is asked again after the status, so that a
# camera that changed in between is known. A site has events without a camera; verdicts.*jsonl has those that are a verdict.
take_journal() {
    "$bin/vmmctl" events --jsonl --limit 0 >"$run/journal.jsonl"
    "$bin/vmmctl" status --all --json >"$run/status.json"
    "$bin/vmmctl" events --jsonl --limit 0 >"$run/journal.after.jsonl"
    jq -c 'select(.to)' "$run/journal.jsonl" >"$run/verdicts.jsonl"
    jq -c 'select(.to)' "$run/journal.after.jsonl" >"$run/verdicts.after.jsonl"
}

has_arrived() { cat "$run"/events*.jsonl | grep -qF "$(tail -n 1 "$run/journal.jsonl" | jq -r .id)"; }

check_chain() {
    local broken count
    broken=$(jq -s 'group_by(.camera_id // .site_id) | map([.[].to] as $to | [.[].from] as $from
        | select(($from[1:] != $to[:-1]) or $from[0] != "UNKNOWN")) | length' "$run/verdicts.jsonl")
    count=$(wc -l <"$run/journal.jsonl")
    verdict "$broken" "the events of a camera, and of a site, are one chain from UNKNOWN" "$count events, $broken broken chains"
    broken=$(jq -s '(length - (map(.id) | unique | length)) + (length - (map(.dedup_key) | unique | length))' \
        "$run/journal.jsonl")
    verdict "$broken" "no event twice in the journal" "$broken ids or keys twice"
}

check_status() {
    local wrong
    wrong=$(jq -n --slurpfile before "$run/verdicts.jsonl" --slurpfile after "$run/verdicts.after.jsonl" \
        --slurpfile status "$run/status.json" '
        (reduce ($before[] | select(.camera_id)) as $e ({}; .[$e.camera_id] = $e)) as $old
        | (reduce ($after[] | select(.camera_id)) as $e ({}; .[$e.camera_id] = $e)) as $new
        | [$status[0].cameras[] | select($old[.id].id == $new[.id].id)
           | select(.health != ($new[.id].to // "UNKNOWN"))] | length')
    verdict "$wrong" "status shows what the last event says" "$wrong cameras differ"
}

check_well() {
    local told
    told=$(jq -s 'map(select(.camera_id // "" | startswith("well-"))) | group_by(.camera_id)
        | map(select(length != 1 or .[0].to != "OK")) | length' "$run/verdicts.jsonl")
    verdict "$told" "nothing is told of a device that is well but that it is OK" "$told of 180 devices with another event"
}

# Each journalled event is in the files, in order; what comes again was sent again because its receipt was lost.
check_jsonl() {
    local missing unread
    cat "$run"/events*.jsonl >"$run/delivered"
    unread=$(jq -R 'fromjson? // empty | .id' "$run/delivered" | wc -l)
    unread=$(($(wc -l <"$run/delivered") - unread))
    missing=$(jq -nR --slurpfile journal "$run/journal.jsonl" '
        (reduce (inputs | fromjson? // empty | .id) as $id ({seen: {}, order: []};
            if .seen[$id] then . else .seen[$id] = true | .order += [$id] end)) as $got
        | ($journal | map(.id)) as $want
        | if $got.order[:($want | length)] == $want then 0 else 1 + ($want - $got.order | length) end' "$run/delivered")
    verdict "$missing" "the sink has each event, in order" \
        "$(wc -l <"$run/delivered") lines for $(wc -l <"$run/journal.jsonl") events, $unread unfinished lines"
}

# ---- From the samples ----

check_looks() {
    local wrong
    wrong=$(awk -F, 'NR > 1 && $10 != $11 + $12 {n++} END {print n + 0}' "$run/samples.csv")
    verdict "$wrong" "looks begun = finished + in flight, in each sample" "$wrong of $(($(wc -l <"$run/samples.csv") - 1)) samples differ"
}

# trend COLUMN AGE: "seconds mean growth" of the last vmmd from this age on, the first fifth left out; growth is that of
# the straight line.
trend() {
    awk -F, -v column="$1" -v age="$2" '
        NR > 1 {pid[NR] = $2; x[NR] = $1; y[NR] = $column}
        END {
            for (first = NR; first > 2 && pid[first - 1] == pid[NR] && x[first - 1] >= age; first--) {}
            begin = x[first] + (x[NR] - x[first]) / 5
            for (i = first; i <= NR; i++) if (x[i] >= begin) {n++; sx += x[i]; sy += y[i]; sxx += x[i] ^ 2; sxy += x[i] * y[i]}
            spread = n * sxx - sx ^ 2
            slope = spread > 0 ? (n * sxy - sx * sy) / spread : 0
            printf "%d %d %d\n", x[NR] - begin, n ? sy / n : 0, slope * (x[NR] - begin)
        }' "$run/samples.csv"
}

# check_flat COLUMN AGE WHAT UNIT SLACK: over at least 15 minutes, no growth above 3 % or the slack.
check_flat() {
    local seconds mean growth limit
    read -r seconds mean growth < <(trend "$1" "$2")
    limit=$((mean * 3 / 100 > $5 ? mean * 3 / 100 : $5))
    local figures="mean $mean $4, growth $growth $4 in $seconds s"
    if [ "$seconds" -lt 900 ]; then
        printf 'not judged|%s|%s; needs 900 s\n' "$3" "$figures" >>"$run/checks"
    else
        verdict $((growth > limit)) "$3" "$figures"
    fi
}

# ---- From what the devices have counted, after the end ----

# device_faults FILTER: how many devices it fits.
device_faults() { jq --argjson minutes "$minutes" "[.devices[] | select($1)] | length" "$run/report.json"; }

check_devices() {
    local most
    verdict "$(device_faults '(.id | startswith("refused-") | not) and .logins_bad > 0')" \
        "no bad login where the password is right" "$(jq .totals.logins_good "$run/report.json") good logins"
    local days=$((minutes / 1440))
    most=$((1 + (minutes / 30 < 2 ? minutes / 30 : 2) + days * 2))
    verdict "$(device_faults "(.id | startswith(\"refused-\")) and (.logins_bad > $most or .logins_bad < 1)")" \
        "a wrong password is tried once, and twice a day after 30 minutes" \
        "at most $(jq '[.devices[].logins_bad] | max' "$run/report.json") at a device, allowed $most"
    verdict "$(device_faults '.connections_max > 2')" "never more connections than the budget of 2" \
        "at most $(jq .totals.connections_max "$run/report.json") at a device"
    verdict "$(device_faults '.writes > 0 or .redirects_followed > 0 or .lock_outs > 0')" \
        "nothing written, no redirect followed, no account locked" "$(jq .totals.requests "$run/report.json") requests"
    # Two intervals with their jitter, a deadline, and the spread after a start.
    verdict "$(device_faults '(.id | startswith("well-")) and .gap_max_ms > 90000')" \
        "no device that is well waits longer than 90 s for a look" \
        "longest $(jq '[.devices[] | select(.id | startswith("well-")) | .gap_max_ms] | max | floor' "$run/report.json") ms"
}

check_reloads() {
    local refused=0
    [ ! -f "$run/reload.refused" ] || refused=$(wc -l <"$run/reload.refused")
    verdict "$refused" "no reload refused" "${done_count[reloads]} with another setting, ${done_count[replaced]} with another file"
}

check_running() {
    check_chain
    check_status
    check_well
    check_jsonl
}

check_ended() {
    check_looks
    check_devices
    check_reloads
    check_flat 3 0 "vmmd's memory is flat" KiB 1024
    check_flat 4 0 "vmmd's descriptors are flat" descriptors 8
    check_flat 7 $((minutes * 40)) "the hosts' memory is flat" KiB 4096
}
