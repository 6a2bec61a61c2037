# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the commands share. Sourced by ./vmm, which sets $root.

run=${VMM_RUN_DIR:-$root/.run}
case $run in /*) ;; *) run=$PWD/$run ;; esac
export VMM_RUN_DIR=$run
# shellcheck disable=SC2034
bin=$root/build/bin

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }

fail() {
    printf 'vmm: %s\n' "$*" >&2
    exit 1
}

# need_packages KIND…: install what is missing of these kinds of etc/packages.list, saying so first.
need_packages() {
    local kinds=" $* " kind package program missing=()
    while read -r kind package program; do
        case $kind in '' | '#'*) continue ;; esac
        [[ $kinds == *" $kind "* ]] || continue
        [ -z "$program" ] || ! command -v "$program" >/dev/null || continue
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' ||
            missing+=("$package")
    done <"$root/etc/packages.list"
    [ ${#missing[@]} -gt 0 ] || return 0
    say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "as root, run: apt-get install ${missing[*]}"
        sudo=(sudo)
    fi
    "${sudo[@]}" apt-get update -qq >/dev/null || warn "the package lists could not be refreshed"
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null || fail "installing packages failed; apt-get's message stands above"
}

# configure_in FOLDER [CMAKE OPTION…]: once; quiet unless something is wrong.
configure_in() {
    local folder=$1 log=$1/build.log
    shift
    mkdir -p "$folder"
    [ ! -f "$folder/build.ninja" ] || return 0
    cmake -S "$root" -B "$folder" -G Ninja "$@" >"$log" 2>&1 || {
        cat "$log" >&2
        fail "configuring $folder failed"
    }
}

# build_in FOLDER [CMAKE OPTION…]: configure once, then build; quiet unless something is wrong.
build_in() {
    configure_in "$@"
    ninja -C "$1" --quiet >"$1/build.log" 2>&1 || {
        tail -n 60 "$1/build.log" >&2
        fail "building $1 failed; all of it stands in $1/build.log"
    }
}

# run_tests FOLDER CTEST-OPTION…: one line when all pass, what the failed ones said when not.
run_tests() {
    local folder=$1 log=$1/tests.log
    shift
    if (cd "$folder" && env -u VMM_RUN_DIR ctest "$@" --output-on-failure --no-tests=error) >"$log" 2>&1; then
        grep -E 'tests passed' "$log"
        return 0
    fi
    grep -vE ' Passed +[0-9.]+ sec$|^ +Start +[0-9]+:' "$log" | tail -n 200 >&2
    return 1
}

# is_running FILE: the process whose pid (and start time, so that a pid used again is not taken for it) stands
# in FILE still runs.
is_running() {
    local pid start
    [ -f "$1" ] && read -r pid start <"$1" && [ -n "$start" ] && [ "$(start_time "$pid")" = "$start" ]
}

# start_time PID: when the kernel started it, in clock ticks; nothing when it is gone.
start_time() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    stat=${stat##*) }
    # shellcheck disable=SC2086
    set -- $stat
    [ "$1" = Z ] || printf '%s' "${20}"
}

# start NAME COMMAND…: in the background, its output in $run/NAME.log, its pid in $run/NAME.pid.
start() {
    local name=$1
    shift
    setsid "$@" >>"$run/$name.log" 2>&1 </dev/null &
    local pid=$!
    printf '%s %s\n' "$pid" "$(start_time "$pid")" >"$run/$name.pid"
}

# stop NAME SECONDS: TERM, and KILL after so long.
stop() {
    local name=$1 left=$(($2 * 10)) pid
    if is_running "$run/$name.pid"; then
        read -r pid _ <"$run/$name.pid"
        kill -TERM "$pid" 2>/dev/null || true
        while is_running "$run/$name.pid" && [ "$left" -gt 0 ]; do
            sleep 0.1
            left=$((left - 1))
        done
        ! is_running "$run/$name.pid" || kill -KILL "$pid" 2>/dev/null || true
    fi
    rm -f "$run/$name.pid"
}

# wait_for SECONDS WHAT COMMAND…: until it succeeds.
wait_for() {
    local left=$(($1 * 10)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$left" -gt 0 ] || fail "$what did not come up in time; see the logs in $run"
        sleep 0.1
        left=$((left - 1))
    done
}
