# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034
# ./vmm soak vendors [--devices N] [--minutes N] [--seed N] [--realtime]: devices of all makes, each with the script that
# its provider's play.json has for it, at the default intervals; a run of other than 30 minutes has them in proportion.
minutes=30
devices=5000
seed=1
realtime=()
while [ $# -gt 0 ]; do
    case $1 in
    --realtime) realtime=(chrt --rr 1) ;;
    --minutes | --devices | --seed)
        [[ ${2:-} =~ ^[0-9]+$ ]] || fail "soak vendors: $1 takes a number"
        declare "${1#--}=$2"
        shift
        ;;
    *) fail "soak vendors takes --devices N, --minutes N, --seed N and --realtime" ;;
    esac
    shift
done
[ "$minutes" -ge 6 ] || fail "soak vendors: in less than 6 minutes no device gets the time that its script needs"

need_packages build demo
build_in "$root/build" -DVMM_TESTS=OFF
for part in fleet disturb sample check record vendors_fleet vendors_check vendors_record; do
    # shellcheck source=/dev/null
    . "$root/tests/soak/$part.sh"
done

vendors_prepare
vendors_start
sample_header >"$run/samples.csv"
say "$(jq 'map(.count) | add' "$run/script.json") devices for $minutes minutes in $run"
start_at=$SECONDS
next=0
while [ $((SECONDS - start_at)) -lt $((minutes * 60)) ]; do
    is_running "$run/vmmd.pid" || fail "vmmd has ended by itself; see $run/vmmd.log"
    is_running "$run/farm.pid" || fail "vmm-farm has ended by itself; see $run/farm.log"
    if [ $((SECONDS - start_at)) -ge "$next" ]; then
        sample $((SECONDS - start_at))
        next=$((next + 10))
    fi
    sleep 1
done

take_journal
wait_for 60 "the last event at the sink" has_arrived
vendors_check_running
soak_stop
vendors_check_ended

vendors_write_record >"$run/record.md"
failed=$(grep -c '^FAIL' "$run/checks" || true)
record vendors $((minutes >= 30))
[ "$failed" = 0 ] || fail "$failed of $(wc -l <"$run/checks") checks failed"
run_is_done
