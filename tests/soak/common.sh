# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# What the kinds of soak share: the run's folder, the machine, the record.

machine() {
    printf '%s CPUs (%s), %s MiB, %s, %s' "$(nproc)" "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
        "$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo)" "$(. /etc/os-release && printf '%s' "$PRETTY_NAME")" "$(uname -r)"
}

commit() {
    printf '%s%s' "$(git -C "$root" rev-parse --short=12 HEAD 2>/dev/null || echo unknown)" \
        "$(git -C "$root" diff --quiet HEAD 2>/dev/null || echo ", with changes")"
}

# As it was at the beginning: long runs live to see other commits.
# shellcheck disable=SC2034
built_from=$(commit)

# record NAME LONG: $run/record.md goes to docs/soak as of today when the run was long enough (1), else to the terminal.
record() {
    local file
    file=$root/docs/soak/${1:+$1-}$(date -u +%Y-%m-%d).md
    if [ "$2" = 1 ]; then
        [ ! -e "$file" ] || file=$root/docs/soak/${1:+$1-}$(date -u +%Y-%m-%dT%H%M).md
        cp "$run/record.md" "$file"
        say "the record: $file"
    else
        cat "$run/record.md"
        say "too short for a record in docs/soak"
    fi
}

# Nothing failed: the run's folder need not be kept.
# shellcheck disable=SC2034
run_is_done() { keep=0; }
