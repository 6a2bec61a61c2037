# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# ./vmm soak fuzz [--seconds N] [--jobs N] [--seed N] [--equal] [TARGET …]: each fuzz target for so many seconds of CPU time,
# N at a time, when nothing else wants the CPU; with --equal beside what wants it too. What reaches code that the seeds do not reach becomes a seed. INT or TERM ends the
# targets that run and writes the record of what was done.

seconds=600
jobs=1
seed=1
equal=
wanted=()
while [ $# -gt 0 ]; do
    case $1 in
    --seconds | --jobs | --seed)
        [[ ${2:-} =~ ^[0-9]+$ ]] || fail "soak fuzz: $1 takes a number"
        declare "${1#--}=$2"
        shift
        ;;
    --equal) equal=' --equal' ;;
    -*) fail "soak fuzz takes --seconds N, --jobs N, --seed N, --equal and names of targets" ;;
    *) wanted+=("$1") ;;
    esac
    shift
done
[ "$seconds" -ge 1 ] || fail "soak fuzz: a target needs a second at least"
[ "$jobs" -ge 1 ] || fail "soak fuzz: one target at a time is the least"

class=(chrt --idle 0)
class_named='in the idle class'
if [ -n "$equal" ]; then
    class=()
    class_named='in the usual class'
fi
build=$root/build/clang
seed_max=4096 # bytes of a seed that is kept

# Every target of the build, one a line.
fuzz_targets() { ninja -C "$build" -t targets all | sed -n 's|^fuzz/\([a-z0-9_]*\): C_EXECUTABLE.*|\1|p' | sort; }

# The folder of a target's seeds, as its test has it.
fuzz_seeds() {
    ctest --test-dir "$build" --show-only=json-v1 -R "^$1_5s\$" | jq -r '.tests[0].command[-1]'
}

# figure NAME LOG: of what libFuzzer says at its end.
fuzz_stat() { sed -n "s/^stat::$1: *//p" "$2" | tail -n 1; }

# The edges that the seeds reach, and that all of it reaches in the end.
fuzz_edges() { grep -oE 'cov: [0-9]+' "$1" | sed -n "${2}p" | cut -d' ' -f2; }

# cpu_seconds PID: whole seconds of CPU that the process has had; nothing when it is gone.
cpu_seconds() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    awk -v hz="$(getconf CLK_TCK)" '$1 != "Z" {print int(($12 + $13) / hz)}' <<<"${stat##*) }"
}

# keep_seeds PROGRAM FOLDER SEEDS: the fewest that together reach all edges that the seeds do not are added to these; their
# number.
keep_seeds() {
    local before after
    before=$(find "$3" -type f | wc -l)
    "$1" -set_cover_merge=1 -use_counters=0 -max_len="$seed_max" "$3" "$2/found" >>"$2/merge.log" 2>&1 ||
        warn "merging the seeds of $(basename "$1") failed; see $2/merge.log"
    after=$(find "$3" -type f | wc -l)
    printf '%d' $((after - before))
}

# fuzz_watch PID FOLDER: until it ends, which it is told to when it has had its time, or the run is stopped; its CPU seconds.
fuzz_watch() {
    local had=0 now
    while now=$(cpu_seconds "$1") && [ -n "$now" ]; do
        had=$now
        if [ "$had" -ge "$seconds" ] || [ -e "$run/stop" ]; then
            echo stop >"$2/stop"
        fi
        sleep 1
    done
    printf '%d' "$had"
}

# fuzz_findings FOLDER STATUS: how many; one that left no input, for it was killed, counts as well.
fuzz_findings() {
    local found
    found=$(find "$1/findings" -type f ! -name 'slow-unit-*' | wc -l)
    [ "$found" != 0 ] || [ "$2" = 0 ] || found=1
    printf '%d' "$found"
}

# fuzz_one TARGET: adds a line "target|seconds|CPU seconds|runs|edges before|edges after|new seeds|findings" to $run/fuzzed.
# In the background: a signal is for the script, which ends the run by the stop file.
fuzz_one() {
    trap '' INT TERM
    local target=$1 folder=$run/$1 program=$build/fuzz/$1 begin=$SECONDS seeds cpu status=0 findings lasted kept
    local log=$folder/log
    seeds=$(fuzz_seeds "$target")
    mkdir -p "$folder/found" "$folder/findings"
    say "$(date -u +%H:%M) $target for $seconds s of CPU"
    # In a session of its own, for libFuzzer listens to signals. One that does not heed the stop file has no CPU for ever.
    (
        ulimit -t $((seconds + 400))
        exec setsid "${class[@]}" "$program" -seed="$seed" -timeout=300 -stop_file="$folder/stop" -print_final_stats=1 \
            -artifact_prefix="$folder/findings/" "$folder/found" "$seeds" >"$log" 2>&1
    ) &
    cpu=$(fuzz_watch $! "$folder")
    wait $! || status=$?
    lasted=$((SECONDS - begin))
    findings=$(fuzz_findings "$folder" "$status")
    kept=$(keep_seeds "$program" "$folder" "$seeds")
    printf '%s|%d|%s|%s|%s|%s|%s|%s\n' "$target" "$lasted" "$cpu" "$(fuzz_stat number_of_executed_units "$log")" \
        "$(fuzz_edges "$log" 1)" "$(fuzz_edges "$log" '$')" "$kept" "$findings" >>"$run/fuzzed"
    say "$(date -u +%H:%M) $target had $cpu s of CPU in $lasted s: $findings findings"
    if [ "$findings" != 0 ]; then
        tail -n 40 "$log" >&2
        warn "$target: $findings findings in $folder/findings"
    fi
}

# Until one of those that run has ended; a signal, which ends `wait` as well, is not taken for that.
running=0
fuzz_wait() {
    local ended=
    while [ -z "${ended:-}" ]; do wait -n -p ended || true; done
    running=$((running - 1))
}

# fuzz_all TARGET…: as many at a time as are asked for, until the run is stopped.
fuzz_all() {
    while [ $# -gt 0 ] && [ ! -e "$run/stop" ]; do
        if [ "$running" -lt "$jobs" ]; then
            fuzz_one "$1" &
            running=$((running + 1))
            shift
        else
            fuzz_wait
        fi
    done
    while [ "$running" -gt 0 ]; do fuzz_wait; done
}

# fuzz_had CONDITION: the targets of $run/fuzzed that fit it, or "none".
fuzz_had() { awk -F'|' "$1 {printf \"%s%s\", n++ ? \", \" : \"\", \$1} END {if (!n) printf \"none\"}" "$run/fuzzed"; }

# Those that had no turn.
fuzz_left() {
    local target left=
    for target in "${wanted[@]}"; do grep -q "^$target|" "$run/fuzzed" || left+=${left:+, }$target; done
    printf '%s' "${left:-none}"
}

fuzz_record() {
    cat <<TEXT
# Fuzzing of $(date -u +%Y-%m-%d)

Written by \`./vmm soak fuzz --seconds $seconds --jobs $jobs --seed $seed$equal\`; [README.md](README.md) says what a record is.

| | |
| --- | --- |
| begun | $begun, ended $(date -u +%H:%M) |
| built from | commit $built_from, clang $(clang -dumpversion), AddressSanitizer and UndefinedBehaviorSanitizer |
| machine | $(machine) |
| asked for | $seconds s of CPU each for ${#wanted[@]} targets, $jobs at a time, $class_named |

| target | s | CPU s | executions | edges: seeds | edges: in the end | seeds kept | findings |
| --- | --- | --- | --- | --- | --- | --- | --- |
$(sed 's/|/ | /g; s/^/| /; s/$/ |/' "$run/fuzzed")

$(awk -F'|' '{n++; runs += $4; found += $8} END {printf "%d targets, %.0f million executions, %d findings.", n, runs / 1e6, found}' "$run/fuzzed")

- had their $seconds s of CPU: $(fuzz_had "\$3 >= $seconds")
- ended before: $(fuzz_had "\$3 < $seconds")
- had no turn: $(fuzz_left)
TEXT
}

need_packages build test
configure_in "$build" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug -DVMM_SANITIZE=address,undefined
ninja -C "$build" --quiet build.ninja >"$run/build.log" 2>&1 || fail "configuring $build failed; see $run/build.log"
mapfile -t known < <(fuzz_targets)
[ ${#wanted[@]} -gt 0 ] || wanted=("${known[@]}")
for target in "${wanted[@]}"; do
    [[ " ${known[*]} " == *" $target "* ]] || fail "soak fuzz: there is no target $target; these are: ${known[*]}"
done
ninja -C "$build" --quiet "${wanted[@]}" >>"$run/build.log" 2>&1 || {
    tail -n 40 "$run/build.log" >&2
    fail "building the targets failed"
}
trap 'echo stop >"$run/stop"' INT TERM
: >"$run/fuzzed"
fuzz_all "${wanted[@]}"
fuzz_record >"$run/record.md"
record fuzz "$(awk -F'|' '$2 >= 600 {long = 1} END {print long + 0}' "$run/fuzzed")"
[ "$(awk -F'|' '{n += $8} END {print n + 0}' "$run/fuzzed")" = 0 ] || fail "there are findings; they and the logs are in $run"
run_is_done
