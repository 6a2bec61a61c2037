# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# One line of figures each time. Times in s, memory in KiB, CPU in s since vmmd's start, its ended hosts included.

tick=$(getconf CLK_TCK)

sample_header() {
    printf 'age,vmmd_pid,vmmd_rss,vmmd_fds,vmmd_cpu,hosts,hosts_rss,hosts_fds,hosts_cpu,'
    printf 'looks_begun,looks_finished,in_flight,events,requests,logins_good,logins_bad,connections_max,not_ok\n'
}

rss_of() { awk '/^VmRSS/ {print $2}' "/proc/$1/status" 2>/dev/null || true; }
# Without the pages of the database that vmmd may hold (core/store/db.c: 8 MiB): they grow with it, and then no more.
own_rss() {
    local rss pages
    rss=$(rss_of "$1")
    pages=$(($(stat -c %s "$run/core.db" 2>/dev/null || echo 0) / 1024))
    printf '%d' $((rss - (pages < 8192 ? pages : 8192)))
}
fds_of() { find "/proc/$1/fd" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l; }

# cpu_of PID: "own total", in clock ticks; total has what its ended children used.
cpu_of() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '{print $12 + $13, $12 + $13 + $14 + $15}'; }

sample_hosts() {
    local pid count=0 rss=0 fds=0 ticks=0 own
    while read -r pid; do
        [ -d "/proc/$pid" ] || continue
        read -r own _ < <(cpu_of "$pid") || continue
        count=$((count + 1))
        rss=$((rss + $(rss_of "$pid") + 0))
        fds=$((fds + $(fds_of "$pid")))
        ticks=$((ticks + own))
    done < <(host_pids)
    printf '%d,%d,%d,%d' "$count" "$rss" "$fds" $((ticks / tick))
}

# The sum of a metric's lines.
metric() { awk -v name="$1" 'index($1, name) == 1 {sum += $2} END {printf "%d", sum}' "$run/metrics"; }

# sample AGE: nothing is written while vmmd is not to be asked.
sample() {
    local pid total not_ok farm
    pid=$(vmmd_pid)
    "$bin/vmmctl" metrics >"$run/metrics" 2>/dev/null || return 0
    not_ok=$("$bin/vmmctl" status --json 2>/dev/null | jq '.cameras | length') || return 0
    farm=$("$bin/vmm-farm" --control "$run/farm.sock" --ask '{"do":"report","devices":false}' |
        jq -r '(.report // .).totals | [.requests, .logins_good, .logins_bad, .connections_max] | join(",")') || return 0
    read -r _ total < <(cpu_of "$pid") || return 0
    printf '%d,%d,%d,%d,%d,%s,%d,%d,%d,%d,%s,%d\n' "$1" "$pid" "$(own_rss "$pid")" "$(fds_of "$pid")" \
        $((total / tick)) "$(sample_hosts)" "$(metric vmm_looks_begun_total)" \
        "$(metric vmm_looks_finished_total)" "$(metric vmm_looks_in_flight)" "$(metric ai_events_total)" \
        "$farm" "$not_ok" >>"$run/samples.csv"
}
