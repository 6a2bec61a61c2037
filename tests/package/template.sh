#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# template.sh APT-FOLDER [FOLDER]: an out-of-tree plugin from the template, built with nothing but what vmm-core and vmm-dev
# install; and the one of docs/add-a-vendor.md, whose package is left in FOLDER.
set -euo pipefail
apt=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
out=${2:+$(realpath "$2")}
work=$(mktemp -d "${TMPDIR:-/tmp}/vmm-template.XXXXXX")
trap 'rm -rf "$work"' EXIT
for package in vmm-core vmm-dev; do
    dpkg-deb -x "$apt/${package}_"*.deb "$work/root"
done
cd "$work"
root/usr/bin/vmmctl plugin new acme >/dev/null
if root/usr/bin/vmmctl plugin new acme >/dev/null 2>&1; then
    echo "a folder that is there was written over" >&2
    exit 1
fi
if root/usr/bin/vmmctl plugin new test >/dev/null 2>&1 || [ -e test ]; then
    echo "a name that cannot be built was taken" >&2
    exit 1
fi
# quiet COMMAND…: what it says is shown when it fails.
quiet() {
    "$@" >command.log 2>&1 || {
        cat command.log >&2
        exit 1
    }
}
build() { # COMPILER FOLDER [PLUGIN]
    quiet cmake -S "${3:-acme}" -B "$2" -G Ninja -DCMAKE_C_COMPILER="$1" -DCMAKE_PREFIX_PATH="$work/root/usr" \
        -DCMAKE_C_FLAGS=-Werror -DCMAKE_BUILD_TYPE=Debug
    quiet ninja -C "$2"
    quiet ctest --test-dir "$2" --output-on-failure --no-tests=error
}
build gcc gcc
build clang clang
# A name that is none of Debian's becomes one.
root/usr/bin/vmmctl plugin new dvr_2 >/dev/null
build gcc two dvr_2
quiet cpack --config two/CPackConfig.cmake -G DEB -B two
[ "$(dpkg-deb -f two/vmm-plugin-dvr-2_0.1.0_*.deb Package)" = vmm-plugin-dvr-2 ] || {
    echo "the package of dvr_2 has no name for Debian" >&2
    exit 1
}
nm -D --defined-only gcc/plugins/acme.so | awk '{print $3}' >symbols
[ "$(cat symbols)" = vmm_plugin_v0 ] || {
    echo "acme.so shows more than its entry function:" >&2
    cat symbols >&2
    exit 1
}
quiet cpack --config gcc/CPackConfig.cmake -G DEB -B gcc
dpkg-deb -f gcc/*.deb Depends | grep -q 'vmm-abi-' || {
    echo "the package does not say which ABI it needs" >&2
    exit 1
}
if command -v lintian >/dev/null; then
    quiet lintian --fail-on error,warning gcc/*.deb
fi
# Its simulated devices are looked at.
exec {farm}< <(exec root/usr/bin/vmm-farm --scenario acme/farm.json --port-file -)
farm_pid=$!
trap 'kill "$farm_pid" 2>/dev/null; rm -rf "$work"' EXIT
read -r ready <&"$farm"
port=$(jq .ports.http <<<"$ready")
of_acme=(--provider acme --plugins gcc/plugins --user admin --password-stdin)
look() { # DEVICE WORD
    root/usr/bin/vmmctl probe "127.9.0.$1:$port" "${of_acme[@]}" <<<secret >command.log 2>&1 || true
    grep -q "$2" command.log || {
        echo "the device $1 of farm.json was not looked at as it should be" >&2
        cat command.log >&2
        exit 1
    }
}
look 1 'full: ok'
look 2 video_loss
look 3 bad_reply
# The page that walks from an empty folder to a package, command by command.
mkdir walk
awk -v work=0 -f "$here/page.awk" "$here/../../docs/add-a-vendor.md" >walk.sh
[ "$(wc -l <walk.sh)" -ge 40 ]
cat >walk-all.sh <<'END'
trap 'kill $(jobs -p) 2>/dev/null' EXIT
. ../walk.sh
END
(cd walk && PATH="$work/root/usr/bin:$PATH" CMAKE_PREFIX_PATH="$work/root/usr" quiet timeout 300 bash -euxo pipefail ../walk-all.sh) || {
    cat walk/command.log >&2
    exit 1
}
for word in '^it fails, as it should' 'serial .*0042'; do
    grep -q "$word" walk/command.log || {
        echo "docs/add-a-vendor.md: nowhere is $word" >&2
        exit 1
    }
done
if [ -n "$out" ]; then
    mkdir -p "$out"
    rm -f "$out"/*.deb
    cp walk/acme/build/*.deb "$out"
fi
# Without CMake it is one command, by the pkg-config file; what comes of it keeps the rules too.
folder=$(dirname "$(find "$work/root" -name vmm-plugin.pc)")
flags=$(PKG_CONFIG_PATH=$folder pkg-config --define-variable=prefix="$work/root/usr" --define-variable=libdir="${folder%/pkgconfig}" \
    --cflags --libs --static vmm-plugin)
mkdir one
# shellcheck disable=SC2086
quiet gcc -std=c17 -shared -fPIC -fvisibility=hidden acme/acme.c acme/acme_identify.c acme/acme_parse.c $flags -o one/acme.so
cp acme/acme.json one
quiet root/usr/bin/vmmctl plugin verify one/acme.so
grep -q '^identify  *kept' command.log || {
    echo "the template has no opinion that keeps the rules" >&2
    cat command.log >&2
    exit 1
}
echo "a plugin from the template builds, passes its tests and makes a package"
