# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# ./vmm soak fuzz [--seconds N] [--seed N] [TARGET …]: each fuzz target for so long, one after another, when nothing else
# wants the CPU. What reaches code that the seeds do not reach becomes a seed. INT or TERM ends the target that runs and
# writes the record of what was done.

seconds=600
seed=1
wanted=()
while [ $# -gt 0 ]; do
    case $1 in
    --seconds | --seed)
        [[ ${2:-} =~ ^[0-9]+$ ]] || fail "soak fuzz: $1 takes a number"
        [ "$1" = --seconds ] && seconds=$2 || seed=$2
        shift
        ;;
    -*) fail "soak fuzz takes --seconds N, --seed N and names of targets" ;;
    *) wanted+=("$1") ;;
    esac
    shift
done

idle=(chrt --idle 0)
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

# keep_seeds PROGRAM FOUND SEEDS: the fewest that together reach all edges that the seeds do not are added to these; their
# number.
keep_seeds() {
    local before after
    before=$(find "$3" -type f | wc -l)
    "$1" -set_cover_merge=1 -use_counters=0 -max_len="$seed_max" "$3" "$2" >>"$run/merge.log" 2>&1 ||
        warn "merging the seeds of $(basename "$1") failed; see $run/merge.log"
    after=$(find "$3" -type f | wc -l)
    printf '%d' $((after - before))
}

# fuzz_one TARGET: adds a line "target|seconds|CPU seconds|runs|edges before|edges after|new seeds|findings" to $run/fuzzed.
fuzz_one() {
    local target=$1 folder=$run/$1 log=$run/$1.log program=$build/fuzz/$1 seeds begin findings kept fuzzer
    ninja -C "$build" --quiet "$target" >"$run/build.log" 2>&1 || {
        tail -n 40 "$run/build.log" >&2
        fail "building $target failed"
    }
    seeds=$(fuzz_seeds "$target")
    mkdir -p "$folder/found" "$folder/findings"
    say "$(date -u +%H:%M) $target for $seconds s"
    begin=$SECONDS
    # In a session of its own: an INT at the terminal is for this script, which ends the run by the stop file.
    setsid "${idle[@]}" /usr/bin/time -f '%U %S' -o "$folder/cpu" "$program" -seed="$seed" -max_total_time="$seconds" \
        -timeout=25 -stop_file="$run/stop" -print_final_stats=1 -artifact_prefix="$folder/findings/" \
        "$folder/found" "$seeds" >"$log" 2>&1 &
    fuzzer=$!
    while ! wait "$fuzzer" && kill -0 "$fuzzer" 2>/dev/null; do :; done
    local lasted=$((SECONDS - begin))
    findings=$(find "$folder/findings" -type f ! -name 'slow-unit-*' | wc -l)
    kept=$(keep_seeds "$program" "$folder/found" "$seeds")
    printf '%s|%d|%s|%s|%s|%s|%s|%s\n' "$target" "$lasted" "$(awk 'END {printf "%d", $1 + $2}' "$folder/cpu")" \
        "$(fuzz_stat number_of_executed_units "$log")" "$(fuzz_edges "$log" 1)" "$(fuzz_edges "$log" '$')" "$kept" \
        "$findings" >>"$run/fuzzed"
    if [ "$findings" != 0 ]; then
        tail -n 40 "$log" >&2
        warn "$target: $findings findings in $folder/findings"
    fi
}

fuzz_record() {
    cat <<TEXT
# Fuzzing of $(date -u +%Y-%m-%d)

Written by \`./vmm soak fuzz --seconds $seconds --seed $seed\`; [README.md](README.md) says what a record is.

| | |
| --- | --- |
| begun | $begun, ended $(date -u +%H:%M) |
| built from | commit $built_from, clang $(clang -dumpversion), AddressSanitizer and UndefinedBehaviorSanitizer |
| machine | $(machine) |
| asked for | $seconds s each of $1 targets, one after another, in the idle class: what a target got of the CPU depends on what else ran |

| target | s | CPU s | executions | edges: seeds | edges: in the end | seeds kept | findings |
| --- | --- | --- | --- | --- | --- | --- | --- |
$(sed 's/|/ | /g; s/^/| /; s/$/ |/' "$run/fuzzed")

$(awk -F'|' '{n++; runs += $4; found += $8} END {printf "%d targets, %.0f million executions, %d findings.", n, runs / 1e6, found}' "$run/fuzzed")
$([ "$1" = "$(wc -l <"$run/fuzzed")" ] || printf 'It was ended before the others had their turn: %s.' "$2")
TEXT
}

need_packages build test
configure_in "$build" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug -DVMM_SANITIZE=address,undefined
mapfile -t known < <(fuzz_targets)
[ ${#wanted[@]} -gt 0 ] || wanted=("${known[@]}")
for target in "${wanted[@]}"; do
    [[ " ${known[*]} " == *" $target "* ]] || fail "soak fuzz: there is no target $target; these are: ${known[*]}"
done
trap 'echo stop >"$run/stop"' INT TERM
left=("${wanted[@]}")
while [ ${#left[@]} -gt 0 ] && [ ! -e "$run/stop" ]; do
    fuzz_one "${left[0]}"
    left=("${left[@]:1}")
done
fuzz_record ${#wanted[@]} "${left[*]}" >"$run/record.md"
record fuzz $((seconds >= 600))
[ "$(awk -F'|' '{n += $8} END {print n + 0}' "$run/fuzzed")" = 0 ] || fail "there are findings; they and the logs are in $run"
run_is_done
