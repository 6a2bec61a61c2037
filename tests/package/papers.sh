#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# papers.sh APT-FOLDER: few lintian overrides, each with its cause above it; and a package whose binary has the code of another
# library in it, or links one whose terms come with it, says so in its copyright file.
set -euo pipefail
apt=$(cd "$1" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/vmm-papers.XXXXXX")
trap 'rm -rf "$work"' EXIT
most=5 # overrides of all packages together

fail() {
    echo "FAIL: $*" >&2
    exit 1
}
overrides=0
stated=0
for file in "$apt"/*.deb; do
    name=$(dpkg-deb -f "$file" Package)
    dpkg-deb -x "$file" "$work/$name"
    papers=$work/$name/usr/share/doc/$name/copyright
    [ -s "$papers" ] || fail "$name has no copyright file"
    for list in "$work/$name"/usr/share/lintian/overrides/*; do
        [ -e "$list" ] || continue
        awk '/^#/ { told = 1; next } NF { if (!told) exit 1; told = 0 }' "$list" || fail "$name: an override without its cause"
        overrides=$((overrides + $(grep -cv '^#' "$list")))
    done
    for binary in "$work/$name"/usr/lib/vmm/plugins/*.so; do
        [ -e "$binary" ] || continue
        if grep -aq 'gSOAP/' "$binary"; then
            if ! grep -q 'gSOAP' "$papers" || ! grep -q '^License: .*GPL' "$papers"; then
                fail "$name has gSOAP in it and does not say so"
            fi
            stated=$((stated + 1))
        fi
    done
    if dpkg-deb -f "$file" Depends | grep -qE 'libav(codec|format|util)'; then
        grep -q 'FFmpeg' "$papers" || fail "$name links FFmpeg and does not state its terms"
        stated=$((stated + 1))
    fi
done
[ "$overrides" -le "$most" ] || fail "$overrides lintian overrides, at most $most"
[ "$stated" -ge 1 ] || fail "no package states terms that come with a library: the onvif plugin has gSOAP in it"
echo "$overrides lintian overrides with their causes; $stated packages state the terms that come with a library"
