# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# ./vmm soak [KIND] [OPTION …]: long runs, each with a record in docs/soak. Each kind is a file of tests/soak; without
# one it is `unrest`. Everything lives in a folder of its own and ends with the run.
kind=unrest
case ${1:-} in
unrest | vendors | fuzz | faults)
    kind=$1
    shift
    ;;
-* | '') ;;
*) fail "soak has the kinds unrest, vendors, fuzz and faults" ;;
esac

run=$(mktemp -d "${TMPDIR:-/tmp}/vmm-soak.XXXXXX")
export VMM_RUN_DIR=$run
# shellcheck disable=SC2034
begun=$(date -u +%Y-%m-%dT%H:%M:%SZ)
keep=1
finish() {
    [ "$(type -t soak_stop)" != function ] || soak_stop
    if [ "$keep" = 1 ]; then warn "the run folder is kept: $run"; else rm -rf "$run"; fi
}
trap finish EXIT
trap 'exit 130' INT TERM
for part in common "$kind"; do
    # shellcheck source=/dev/null
    . "$root/tests/soak/$part.sh"
done
