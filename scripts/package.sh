# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# ./vmm package [FOLDER]: the Debian packages, in an apt folder with Packages and Release.
out=${1:-$root/build/apt}
need_packages build package
mkdir -p "$out"
out=$(cd "$out" && pwd)
build_in "$root/build/package" -DVMM_TESTS=OFF -DVMM_INSTALLED=ON -DCMAKE_INSTALL_PREFIX=/usr \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo
ninja -C "$root/build/package" --quiet papers
rm -rf "$root/build/package/packages"
(cd "$root/build/package" && cpack -G DEB >package.log 2>&1) || {
    tail -n 40 "$root/build/package/package.log" >&2
    fail "packing failed; all of it stands in build/package/package.log"
}
rm -f "$out"/*.deb
cp "$root"/build/package/packages/*.deb "$out"
(cd "$out" && apt-ftparchive packages . >Packages && gzip -9nkf Packages && apt-ftparchive release . >Release.new &&
    mv Release.new Release)
say "$(find "$out" -name '*.deb' | wc -l) packages in $out"
say "use it: deb [trusted=yes] file:$out ./"
