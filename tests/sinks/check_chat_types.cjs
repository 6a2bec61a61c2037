// SPDX-License-Identifier: MIT
// Holds messages against the types of Google's Chat API as its own package declares them: no field that is not
// declared, none of another type.
//   node check_chat_types.cjs v1.d.ts FILE…            exit 1 with each difference on a line
const fs = require("fs");
const [types, ...files] = process.argv.slice(2);

// "export interface Schema$Message { … text?: string | null; thread?: Schema$Thread; … }"
const shapes = new Map();
const source = fs.readFileSync(types, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
for (const [, name, body] of source.matchAll(/export interface Schema\$(\w+) \{([\s\S]*?)\n {4}\}/g)) {
  const fields = new Map();
  for (const [, field, type] of body.matchAll(/^\s*(\w+)\?: ([^;]+);/gm)) {
    fields.set(field, type.replace(/ \| null/g, ""));
  }
  shapes.set(name, fields);
}

let differences = [];
let seen = 0;
const say = (place, what) => {
  differences.push(`${place}: ${what}`);
};

const check = (value, type, place) => {
  seen++;
  if (type.endsWith("[]")) {
    if (!Array.isArray(value)) return say(place, `no list of ${type}`);
    return value.forEach((entry, i) => check(entry, type.slice(0, -2), `${place}[${i}]`));
  }
  if (!type.startsWith("Schema$")) {
    return typeof value === type ? undefined : say(place, `no ${type}`);
  }
  const shape = shapes.get(type.slice("Schema$".length));
  if (shape === undefined) return say(place, `${type} is not declared`);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return say(place, `no ${type}`);
  for (const [field, inner] of Object.entries(value)) {
    if (shape.has(field)) check(inner, shape.get(field), `${place}.${field}`);
    else say(`${place}.${field}`, `${type} has no such field`);
  }
};

if (!shapes.has("Message") || shapes.get("Message").get("cardsV2") !== "Schema$CardWithId[]") {
  say(types, "the types cannot be read");
}
for (const file of files) check(JSON.parse(fs.readFileSync(file, "utf8")), "Schema$Message", file);

// A check that takes everything is none.
const found = differences;
differences = [];
check({ cardsV2: [{ card: { sections: [{ widgets: [{ keyValue: {} }] }] } }] }, "Schema$Message", "a wrong message");
if (differences.length !== 1) found.push("a wrong message is taken");

for (const line of found) console.error(line);
console.log(`${files.length} messages, ${seen} values, ${found.length} differences`);
process.exit(found.length > 0 || files.length === 0 ? 1 : 0);
