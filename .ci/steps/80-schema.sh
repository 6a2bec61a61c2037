# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The JSON Schema of the configuration, read by an independent program.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
status=0
sh "$root/tests/integration/schema_ajv.sh" || status=$?
# 77: no node or no registry here; the same samples are read by test_config_schema.
[ "$status" -eq 0 ] || [ "$status" -eq 77 ]
