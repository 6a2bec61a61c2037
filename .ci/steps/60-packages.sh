# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# The Debian packages: made, looked at by lintian, used by a plugin from the template, installed in a Debian of their own.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/scripts/common.sh"
need_packages package
"$root/vmm" package "$root/build/apt"
# One call for all of them: its own start is most of what it takes.
lintian --fail-on error,warning "$root"/build/apt/*.deb 2> >(grep -v 'running with root' >&2) || fail "lintian complains about a package"
"$root/tests/package/papers.sh" "$root/build/apt"
"$root/tests/package/template.sh" "$root/build/apt" "$root/build/other"
if unshare --mount --pid --fork true 2>/dev/null; then
    "$root/tests/package/root.sh" "$root/build/apt" "$root/build/other"
else
    say "no right to make namespaces: the packages are not installed anywhere"
fi
