# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# What the soak does to vmmd. Each kind has its rhythm; how often it was done stands in ${done_count[KIND]}.

declare -A done_count=([host_kills]=0 [vmmd_kills]=0 [reloads]=0 [sighups]=0 [replaced]=0 [rotations]=0)
declare -A due=()

count_done() { done_count[$1]=$((done_count[$1] + 1)); }

vmmd_pid() {
    local pid
    read -r pid _ <"$run/vmmd.pid"
    printf '%s' "$pid"
}

# The hosts of our vmmd, one a line.
host_pids() { cat "/proc/$(vmmd_pid)/task/"*/children 2>/dev/null | tr ' ' '\n' | sed '/^$/d'; }

kill_host() {
    local hosts
    mapfile -t hosts < <(host_pids)
    [ ${#hosts[@]} -gt 0 ] || return 0
    kill -KILL "${hosts[RANDOM % ${#hosts[@]}]}" 2>/dev/null || return 0
    count_done host_kills
}

kill_vmmd() {
    kill -KILL "$(vmmd_pid)" 2>/dev/null || return 0
    while is_running "$run/vmmd.pid"; do sleep 0.05; done
    soak_start_vmmd
    count_done vmmd_kills
}

# With a setting changed, so that the sink hands over to a new generation.
reload() {
    local words=(batch always)
    soak_config "${words[done_count[reloads] % 2]}"
    "$bin/vmmctl" reload >>"$run/reload.log" 2>&1 || printf 'refused\n' >>"$run/reload.refused"
    count_done reloads
}

hang_up() {
    kill -HUP "$(vmmd_pid)" 2>/dev/null || return 0
    count_done sighups
}

# A new file of the same plugin: a new generation takes over from the old one.
replace_plugin() {
    local names=(vivotek generic rtsp jsonl)
    local name=${names[RANDOM % ${#names[@]}]}
    cp "$run/plugins/$name.so" "$run/plugins/$name.so.new"
    mv "$run/plugins/$name.so.new" "$run/plugins/$name.so"
    "$bin/vmmctl" reload >>"$run/reload.log" 2>&1 || printf 'refused\n' >>"$run/reload.refused"
    count_done replaced
}

rotate() {
    [ -f "$run/events.jsonl" ] || return 0
    mv "$run/events.jsonl" "$run/events.$(printf '%05d' "${done_count[rotations]}").jsonl"
    count_done rotations
}

# every SECONDS COMMAND: run it when that long has passed, at random a third more or less.
every() {
    local now=$SECONDS
    if [ -z "${due[$2]:-}" ]; then
        due[$2]=$((now + $1))
    elif [ "$now" -ge "${due[$2]}" ]; then
        "$2"
        due[$2]=$((SECONDS + $1 * 2 / 3 + RANDOM % ($1 * 2 / 3 + 1)))
    fi
}

# disturb LENGTH AGE: everything in the first third; in the second vmmd lives on, so that its memory can be followed; in
# the last the hosts live on too.
disturb() {
    every 45 hang_up
    every 90 rotate
    [ "$2" -lt $(($1 * 2 / 3)) ] || return 0
    every 6 kill_host
    every 70 reload
    every 110 replace_plugin
    [ "$2" -lt $(($1 / 3)) ] || return 0
    every $(($1 / 15 > 25 ? $1 / 15 : 25)) kill_vmmd
}
