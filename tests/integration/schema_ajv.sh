#!/bin/sh
# SPDX-License-Identifier: MIT
# An independent reader of JSON Schema (ajv) agrees with the validator on the samples that
# tests/unit/test_config_schema.c reads too, and with etc/vmmd.schema.json on etc/vmmd.json.
# Needs node, npm and a registry. Exit 77: node or npm is not there, or ajv cannot be had.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

command -v node >/dev/null && command -v npm >/dev/null || { echo "skipped: no node" >&2; exit 77; }
npm install --silent --no-audit --no-fund --prefix "$work" ajv@8 >/dev/null 2>&1 ||
    { echo "skipped: ajv cannot be installed" >&2; exit 77; }

cat >"$work/check.cjs" <<'SCRIPT'
const fs = require("fs");
const Ajv = require("ajv/dist/2020").default;
const root = process.argv[2];
const read = (path) => JSON.parse(fs.readFileSync(`${root}/${path}`, "utf8"));
const compile = (path) => new Ajv({ strict: true, strictRequired: false, allErrors: false }).compile(read(path));

let wrong = 0;
const expect = (validate, value, accept, what) => {
  if (validate(value) !== accept) {
    wrong++;
    console.error(`${what}: ajv ${accept ? "refuses" : "accepts"} ${JSON.stringify(value)}`);
  }
};

const samples = read("tests/data/config/samples.json");
const sample = compile("tests/data/config/samples.schema.json");
for (const { value, accept } of samples) expect(sample, value, accept, "samples");

const config = compile("etc/vmmd.schema.json");
const shipped = read("etc/vmmd.json");
expect(config, shipped, true, "etc/vmmd.json");
expect(config, { ...shipped, wathc: {} }, false, "etc/vmmd.json");
expect(config, { flags: { FEATURE_VMS_RTSP_PROBE: ["tpe1"] } }, true, "flags");
expect(config, { flags: { FEATURE_VMS_RTSP_PROBE: "on" } }, false, "flags");
expect(config, { plugins: { rtsp: { hosts: 2, config: { any: 1 } } } }, true, "plugins");
expect(config, { plugins: { rtsp: { hosts: 9 } } }, false, "plugins");

const gateway = compile("etc/gateway.schema.json");
const example = read("etc/gateway.json.example");
expect(gateway, example, true, "etc/gateway.json.example");
expect(gateway, { ...example, chanels: [] }, false, "etc/gateway.json.example");
expect(gateway, { groupWait: "soon" }, false, "gateway.json");
console.log(`${samples.length + 9} values, ${wrong} disagreements`);
process.exit(wrong > 0 ? 1 : 0);
SCRIPT
node "$work/check.cjs" "$root"
