// Is each payload valid, in the opinion of zod?
//
//   node zod.mjs FILE    FILE is a flat bundle
//
// Reads a JSON list of payloads and writes a JSON list of booleans.

import { readFileSync } from "node:fs";
import * as z from "zod";

const schema = z.fromJSONSchema(JSON.parse(readFileSync(process.argv[2], "utf8")));
const payloads = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(payloads.map((payload) => schema.safeParse(payload).success)));
