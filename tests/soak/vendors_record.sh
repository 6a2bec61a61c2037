# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# The record of `./vmm soak vendors`, as text.

# The devices that were told of otherwise than their script has it: each kind with what was told, and how many of them.
vendors_differences() {
    jq -r 'map(select(.right | not)) | group_by([.row, .told, .now])
        | map("| \(.[0].row | gsub("[|]"; " | ")) | \(.[0].chain | join(", ")) | \(.[0].told | join(", ")) | \(.[0].now) | \(length) |")[]' \
        "$run/compared.json"
}

# A line for each kind of device.
vendors_kinds() {
    jq -r 'group_by(.row) | map("| \(.[0].row | gsub("[|]"; " | ")) | \(length) | \(.[0].chain | join(", ")) | \(map(select(.right)) | length) |")[]' \
        "$run/compared.json"
}

vendors_write_record() {
    cat <<TEXT
# Soak of all vendors, $(date -u +%Y-%m-%d)

Written by \`./vmm soak vendors --devices $devices --minutes $minutes --seed $seed${realtime:+ --realtime}\`; [README.md](README.md) says what a record is.

| | |
| --- | --- |
| begun | $begun, $minutes minutes |
| version | $("$bin/vmmd" --version), commit $built_from |
| machine | $(machine) |
| fleet | $(jq .totals.devices "$run/report.json") simulated devices of $(jq 'map("\(.provider) \(.row)") | unique | length' "$run/script.json") kinds, $(jq 'map(.personality) | unique | length' "$run/script.json") personalities and $(jq 'map(.provider) | unique | length' "$run/script.json") providers, at $(jq 'map(.site) | unique | length' "$run/script.json") sites |

## What has to hold

| | what | figures |
| --- | --- | --- |
$(sed 's/|/ | /g; s/^/| /; s/$/ |/' "$run/checks")

## What differs from the script

| provider | kind | personality | script | told | now | devices |
| --- | --- | --- | --- | --- | --- | --- |
$(vendors_differences)

## Figures

$(($(wc -l <"$run/samples.csv") - 1)) samples. CPU of all vmm processes together: $(cpu_rate) ms a second.

| figure | least | mean | most |
| --- | --- | --- | --- |
| vmmd: memory (RSS without pages of the database), KiB | $(figure 3) |
| vmmd: descriptors | $(figure 4) |
| hosts | $(figure 6) |
| hosts: memory (RSS), KiB | $(figure 7) |
| hosts: descriptors | $(figure 8) |
| looks in flight | $(figure 12) |
| cameras not OK | $(figure 18) |

The devices counted $(jq -r '.totals | "\(.looks) looks, \(.requests) requests, \(.connections) connections, \(.logins_good) good and \(.logins_bad) bad logins, \(.lock_outs) locked accounts, \(.nonces_stale) stale and \(.nonces_replayed) repeated nonces"' "$run/report.json").
The journal has $(wc -l <"$run/journal.jsonl") events, $(jq 'map(.again) | add' "$run/compared.json") of them of a device that stays down when the incident it belonged to ends.

## The script

What each kind of device has to be called, and how many were, from their first verdict to their last.

| provider | kind | personality | devices | verdicts | as scripted |
| --- | --- | --- | --- | --- | --- |
$(vendors_kinds)
TEXT
}
