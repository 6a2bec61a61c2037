# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# ./vmm soak faults [TEST[:FILTER] …]: the tests of kills, reloads, a full disk, outages and destinations that fail, as
# often and as long as they are meant; the ordinary test run does a part of it. One after another, with ASan and UBSan.
# FILTER: of one program those tests alone, "postgres/a_server*".

build=$root/build/asan

# Every test program that does more in a soak.
fault_tests() {
    grep -lE '\brig_soak\(' "$root"/tests/daemon/test_*.c "$root"/tests/record/test_*.c | xargs -n1 basename -s .c | sort
}

# fault_one TEST[:FILTER]: adds a line "ok or FAIL|test|tests passed of all|s|what was done" to $run/faults.
fault_one() {
    local name=${1%%:*} filter=() log begin=$SECONDS word=ok counts
    [ "$name" = "$1" ] || filter=(--filter "${1#*:}")
    log=$run/$name.log
    say "$(date -u +%H:%M) $1"
    (cd "$build/tests" && env -u VMM_RUN_DIR VMM_SOAK=1 "$build/tests/$name" -j1 "${filter[@]}") >"$log" 2>&1 || word=FAIL
    counts=$(sed -nE 's/.*Tested: ([0-9]+) \| Passing: ([0-9]+) .*/\2 of \1/p' "$log")
    printf '%s|%s|%s|%d|%s\n' "$word" "$1" "${counts:-none}" $((SECONDS - begin)) \
        "$(sed -n 's/.*soak: //p' "$log" | paste -sd';' | sed 's/;/; /g')" >>"$run/faults"
    [ "$word" = ok ] || tail -n 40 "$log" >&2
}

faults_record() {
    cat <<TEXT
# Faults of $(date -u +%Y-%m-%d)

Written by \`./vmm soak faults\`; [README.md](README.md) says what a record is.

| | |
| --- | --- |
| begun | $begun, ended $(date -u +%H:%M) |
| built from | commit $built_from, gcc $(gcc -dumpversion), AddressSanitizer and UndefinedBehaviorSanitizer |
| machine | $(machine) |

| | program | tests passed | s | done to it |
| --- | --- | --- | --- | --- |
$(sed 's/|/ | /g; s/^/| /; s/$/ |/' "$run/faults")
TEXT
}

need_packages build test
build_in "$build" -DCMAKE_BUILD_TYPE=Debug -DVMM_SANITIZE=address,undefined
mapfile -t known < <(fault_tests)
[ $# -gt 0 ] || set -- "${known[@]}"
for test in "$@"; do
    [[ " ${known[*]} " == *" ${test%%:*} "* ]] || fail "soak faults: there is no test ${test%%:*}; these are: ${known[*]}"
done
for test in "$@"; do
    fault_one "$test"
done
faults_record >"$run/record.md"
record faults 1
! grep -q '^FAIL' "$run/faults" || fail "there are failures; the logs are in $run"
run_is_done
