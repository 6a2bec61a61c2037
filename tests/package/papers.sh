#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# papers.sh APT-FOLDER: an apt folder with one package for each plugin of the tree, which has its own fragment and its flag, off;
# few lintian overrides, each with its cause above it; and a package whose binary has the code of another library in it, or links
# one whose terms come with it, says so in its copyright file.
set -euo pipefail
apt=$(cd "$1" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
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
# Every link of a paper leads to something that one of the packages has.
links=0
while IFS=: read -r paper link; do
    target=${link%%#*}
    case $target in
    '' | http*) continue ;;
    /*) at=$target ;;
    *) at=$(realpath -ms "/usr/share/doc/$(basename "$(dirname "$paper")")/$target") ;;
    esac
    compgen -G "$work/*$at" >/dev/null || fail "$(basename "$(dirname "$paper")")/$(basename "$paper") has a link to $link, which is in no package"
    links=$((links + 1))
done < <(grep -oE '\]\([^)]+\)' -r "$work" --include='*.md' | grep '/usr/share/doc/' | sed -E 's/\]\((.*)\)$/\1/')
[ "$links" -ge 40 ] || fail "$links links in the papers"
packages=0
for folder in "$root"/plugins/*/*/; do
    plugin=$(basename "$folder")
    case $folder in
    */vendors/*) name=vmm-plugin-$plugin ;;
    */sinks/*) name=vmm-sink-$plugin ;;
    *) name=vmm-service-$plugin ;;
    esac
    [ -s "$work/$name/usr/lib/vmm/plugins/$plugin.so" ] || fail "$name: there is no such package, or no plugin in it"
    flag=$(jq -r .flag "$work/$name/usr/lib/vmm/plugins/$plugin.json")
    conf=/etc/vmm/conf.d/$plugin.json
    [ "$(jq ".flags.$flag" "$work/$name$conf")" = false ] || fail "$name: $flag is not off in $conf"
    [ "$(dpkg-deb -I "$apt/${name}_"*.deb conffiles)" = "$conf" ] || fail "$name: $conf is not the operator's"
    dpkg-deb -f "$apt/${name}_"*.deb Depends | grep -q 'vmm-abi-' || fail "$name does not say which ABI it needs"
    packages=$((packages + 1))
done
[ "$packages" -ge 24 ] || fail "$packages packages of plugins"
dpkg-deb -f "$apt"/vmm-core_*.deb Recommends | grep -q 'vmm-plugin-identify' || fail "vmm-core comes without vmm-plugin-identify"
sum=$(sha256sum "$apt/Packages" | cut -d' ' -f1)
grep -q "$sum" "$apt/Release" || fail "Release does not answer for Packages"
[ "$(grep -c '^Package: ' "$apt/Packages")" -eq "$((packages + 2))" ] || fail "Packages does not list them all, vmm-core and vmm-dev"
[ "$overrides" -le "$most" ] || fail "$overrides lintian overrides, at most $most"
[ "$stated" -ge 1 ] || fail "no package states terms that come with a library: the onvif plugin has gSOAP in it"
echo "$packages plugins, each its own package; $overrides lintian overrides with their causes; $stated packages state the terms that come with a library"
