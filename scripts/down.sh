# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# vmmd first, so that the end of the demo's devices is no outage.
stop vmmd 30
stop farm 5
stop cameras 5
