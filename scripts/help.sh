# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
cat <<'TEXT'
usage: ./vmm COMMAND

  up        install what is missing, build, and watch the demo fleet in the background
  status    what is watched and what is not OK
  down      stop what `up` started
  test      all set-up and the whole test suite; `test quick` the fast part
  bench     the figures: ./vmm bench [NAME …] [--json FILE] [--quick]
  soak      long runs, each with a dated record in docs/soak/: soak [unrest], soak vendors, soak fuzz, soak faults
  sim       decisions on a virtual clock: ./vmm sim [--seeds N] [--first-seed S]; large: --devices N --days D
  picture   a terminal's text as SVG: ./vmm status | ./vmm picture "./vmm status" >FILE
  build     build only
  support   docs/support.md and docs/personalities.md anew, from what each plugin reads and is tried against
  package   Debian packages in an apt folder: ./vmm package [FOLDER]
  clean     remove what was built, and the run folder of what is not running

Every other word goes to vmmctl; `./vmm status --help` tells more, and the same behind any word:

  look      discover, probe, capture, watch, explain, events, incidents, metrics
  change    site, nvr, camera, credential, fleet
  run       plugins, flags, reload, version; plugin new, plugin verify for who writes one
TEXT
