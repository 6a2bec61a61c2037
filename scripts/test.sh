# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# ./vmm test [quick]: each file of .ci/steps in order. A step named *.quick* or *.setup* belongs to the quick tier.
tier=${1:-ci}
begun=$SECONDS
passed=0
for step in "$root"/.ci/steps/*.sh; do
    name=$(basename "$step" .sh)
    case $tier:$name in
    ci:* | quick:*setup* | quick:*quick*) ;;
    quick:*) continue ;;
    *) fail "there is no tier $tier; it is quick or ci" ;;
    esac
    say "== $name"
    at=$SECONDS
    bash "$step" || fail "step $name failed after $((SECONDS - at)) s"
    say "== $name: ok, $((SECONDS - at)) s"
    passed=$((passed + 1))
done
say "$passed steps in $((SECONDS - begun)) s"
say "$passed passed, 0 failed"
