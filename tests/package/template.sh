#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# template.sh APT-FOLDER: an out-of-tree plugin from the template, built with nothing but what vmm-core and vmm-dev install.
set -euo pipefail
apt=$(cd "$1" && pwd)
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
# quiet COMMAND…: what it says is shown when it fails.
quiet() {
    "$@" >command.log 2>&1 || {
        cat command.log >&2
        exit 1
    }
}
build() { # COMPILER FOLDER
    quiet cmake -S acme -B "$2" -G Ninja -DCMAKE_C_COMPILER="$1" -DCMAKE_PREFIX_PATH="$work/root/usr" \
        -DCMAKE_C_FLAGS=-Werror -DCMAKE_BUILD_TYPE=Debug
    quiet ninja -C "$2"
    quiet ctest --test-dir "$2" --output-on-failure --no-tests=error
}
build gcc gcc
build clang clang
quiet root/usr/bin/vmmctl plugin verify gcc/plugins/acme.so
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
# Without vmm-dev's pkg-config file a one-file plugin is one command.
flags=$(PKG_CONFIG_PATH=$(dirname "$(find root -name vmm-plugin.pc)") pkg-config --define-variable=prefix="$work/root/usr" --cflags vmm-plugin)
# shellcheck disable=SC2086
printf '#include <vmm/plugin.h>\n#include <kit/text.h>\nint unused;\n' | gcc -std=c17 $flags -x c -c -o one.o -
echo "a plugin from the template builds, passes its tests and makes a package"
