// Is each payload valid, in the opinion of ajv?
//
//   node check.mjs FOLDER             FOLDER is schemas/: every *.schema.json below it, as the files refer to each other
//   node check.mjs --bundles FOLDER   FOLDER holds <event>.schema.json, or all.schema.json for those that have none of
//                                     their own, each complete in itself; nothing else is loaded
//
// Reads lines of {"event": "order.created", "payload": ...} and writes, for each, one line: true or false.
// `event` chooses the schema. Exit code 2: wrong usage, a schema that ajv refuses, or a line that it cannot answer.
//
// Numbers are JavaScript's: 2^63 is read as the same number as 2^63-1, the largest Long, and so passes.

import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

import { Ajv2020 } from "ajv/dist/2020.js";

const SUFFIX = ".schema.json";

function newAjv() {
  const ajv = new Ajv2020({
    strict: true, // an unknown or misplaced keyword, and a required field that is not described, are errors
    // The one format, local-date-time, is ours and an annotation: the pattern beside it is what decides. The standard
    // leaves formats unasserted by default, and so do jsonschema and jsonschema-rs.
    validateFormats: false,
    addUsedSchema: false, // what is compiled by itself stays unknown to the others
    logger: { log: fail, warn: fail, error: fail },
  });
  ajv.addKeyword("x-means"); // an annotation for those who make values; it decides nothing
  return ajv;
}

function schemaFiles(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(SUFFIX));
  if (names.length === 0) fail(`There is no *${SUFFIX} in ${folder}. Name the folder of schemas.`);
  return names.sort();
}

function load(folder, name) {
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

// One ajv that knows every file. All are compiled, so that those which no event reaches are judged as well.
function validatorsOfFolder(folder) {
  const ajv = newAjv();
  const schemas = new Map(schemaFiles(folder).map((name) => [name.split(sep).join("/"), load(folder, name)]));
  ajv.addSchema([...schemas.values()]);
  const validators = new Map();
  for (const [name, { $id }] of schemas) {
    const validate = ajv.getSchema($id);
    if (name.startsWith("events/")) validators.set(name.slice("events/".length, -SUFFIX.length), validate);
  }
  return validators;
}

// Nothing is added: a reference that leaves its file cannot be resolved.
function validatorsOfBundles(folder) {
  const ajv = newAjv();
  return new Map(schemaFiles(folder).map((name) => [name.slice(0, -SUFFIX.length), ajv.compile(load(folder, name))]));
}

// Not node:readline, which also ends a line at U+2028, and JSON may hold that as it is.
async function* lines(stream) {
  let rest = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop();
    yield* parts;
  }
  if (rest !== "") yield rest;
}

function judge({ event, payload }) {
  const validate = validators.get(event) ?? validators.get("all");
  if (validate === undefined) fail(`There is no schema for the event ${JSON.stringify(event)} in ${folder}.`);
  return validate(payload);
}

function fail(...words) {
  console.error(...words);
  process.exit(2);
}

const [first, second] = process.argv.slice(2);
const folder = first === "--bundles" ? second : first;
if (folder === undefined) fail("usage: node check.mjs [--bundles] FOLDER < lines");
const validators = first === "--bundles" ? validatorsOfBundles(folder) : validatorsOfFolder(folder);

const answers = [];
for await (const line of lines(process.stdin)) answers.push(judge(JSON.parse(line)));
process.stdout.write(answers.map((answer) => `${answer}\n`).join(""));
