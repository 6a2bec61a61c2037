# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# ./vmm soak [unrest] [--minutes N] [--seed N]: a fleet with faults, while hosts and vmmd are killed, reloaded and their
# files replaced.
minutes=120
seed=1
while [ $# -gt 0 ]; do
    case $1 in
    --minutes) minutes=${2:-} ;;
    --seed) seed=${2:-} ;;
    *) fail "soak takes --minutes N and --seed N" ;;
    esac
    [[ $minutes =~ ^[1-9][0-9]*$ && $seed =~ ^[0-9]+$ ]] || fail "soak: $1 takes a number"
    shift 2
done

need_packages build demo
build_in "$root/build" -DVMM_TESTS=OFF
for part in fleet disturb sample check record; do
    # shellcheck source=/dev/null
    . "$root/tests/soak/$part.sh"
done

RANDOM=$((seed % 32768))
soak_prepare
soak_start
sample_header >"$run/samples.csv"
length=$((minutes * 60))
say "soaking for $minutes minutes in $run"
start_at=$SECONDS
next=0
while [ $((SECONDS - start_at)) -lt "$length" ]; do
    is_running "$run/vmmd.pid" || fail "vmmd has ended by itself; see $run/vmmd.log"
    is_running "$run/farm.pid" || fail "vmm-farm has ended by itself; see $run/farm.log"
    disturb "$length" $((SECONDS - start_at))
    if [ $((SECONDS - start_at)) -ge "$next" ]; then
        sample $((SECONDS - start_at))
        next=$((next + (minutes < 30 ? 2 : 10)))
    fi
    sleep 0.5
done

take_journal
wait_for 60 "the last event at the sink" has_arrived
check_running
soak_stop
check_ended

write_record >"$run/record.md"
failed=$(grep -c '^FAIL' "$run/checks" || true)
record "" $((minutes >= 60))
[ "$failed" = 0 ] || fail "$failed of $(wc -l <"$run/checks") checks failed"
run_is_done
