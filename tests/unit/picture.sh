#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A terminal's text as a picture: the same each time, and what XML means otherwise is escaped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

text=$'2 cameras:  OK 1  DOWN 1\n\nSITE   CAMERA\nnorth  a<b>&"c"  DOWN\n'
first=$(printf '%s' "$text" | ./vmm picture './vmm status')
again=$(printf '%s' "$text" | ./vmm picture './vmm status')
bad=0
expect() {
    grep -qF -- "$1" <<<"$first" || { echo "not in the picture: $1"; bad=1; }
}
[ "$first" = "$again" ] || { echo "the same text made two pictures"; bad=1; }
expect '<tspan class="ok">OK</tspan> 1  <tspan class="bad">DOWN</tspan> 1'
expect 'class="head">SITE   CAMERA</text>'
expect 'a&lt;b&gt;&amp;&quot;c&quot;  <tspan class="bad">DOWN</tspan>'
expect '<tspan class="grey">$</tspan> ./vmm status'
[ "$(head -c 4 <<<"$first")" = '<svg' ] && [ "$(tail -n 1 <<<"$first")" = '</svg>' ] || bad=1
exit $bad
