# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# The record of a run, as text.

# figure COLUMN: "least mean most" over all samples.
figure() {
    awk -F, -v c="$1" 'NR == 2 {low = high = $c} NR > 1 {n++; sum += $c; if ($c < low) low = $c; if ($c > high) high = $c}
        END {printf "%d | %d | %d", low, n ? sum / n : 0, high}' "$run/samples.csv"
}

# Of all vmm processes together, over the last vmmd's life, in milliseconds of CPU a second of time.
cpu_rate() {
    awk -F, 'NR > 1 {pid[NR] = $2; x[NR] = $1; y[NR] = $5 + $9}
        END {for (f = NR; f > 2 && pid[f - 1] == pid[NR]; f--) {}; d = x[NR] - x[f]; printf "%d", (d > 0 ? 1000 * (y[NR] - y[f]) / d : 0)}' \
        "$run/samples.csv"
}

write_record() {
    cat <<TEXT
# Soak of $(date -u +%Y-%m-%d)

Written by \`./vmm soak --minutes $minutes --seed $seed\`; [README.md](README.md) says what a record is.

| | |
| --- | --- |
| begun | $begun, $minutes minutes |
| version | $("$bin/vmmd" --version), commit $built_from |
| machine | $(machine) |
| fleet | $(jq .totals.devices "$run/report.json") simulated devices at three sites: 180 well, 120 with faults on a schedule, 10 with a wrong password |
| done to it | ${done_count[host_kills]} hosts and ${done_count[vmmd_kills]} times vmmd killed (SIGKILL), ${done_count[reloads]} reloads with another setting, ${done_count[replaced]} with another plugin file, ${done_count[sighups]} SIGHUPs, ${done_count[rotations]} rotations of the sink's file |

## What has to hold

| | what | figures |
| --- | --- | --- |
$(sed 's/|/ | /g; s/^/| /; s/$/ |/' "$run/checks")

## Figures

$(($(wc -l <"$run/samples.csv") - 1)) samples. CPU of all vmm processes together: $(cpu_rate) ms a second, over the life of the last vmmd.

| figure | least | mean | most |
| --- | --- | --- | --- |
| vmmd: memory (RSS without pages of the database), KiB | $(figure 3) |
| vmmd: descriptors | $(figure 4) |
| hosts | $(figure 6) |
| hosts: memory (RSS), KiB | $(figure 7) |
| hosts: descriptors | $(figure 8) |
| looks in flight | $(figure 12) |
| cameras not OK | $(figure 18) |

The devices counted $(jq -r '.totals | "\(.looks) looks, \(.requests) requests, \(.connections) connections, \(.logins_good) good and \(.logins_bad) bad logins, \(.nonces_stale) stale and \(.nonces_replayed) repeated nonces"' "$run/report.json").
The journal has $(wc -l <"$run/journal.jsonl") events.
TEXT
}
