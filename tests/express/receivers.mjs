// Two receivers in Express that verify signatures: one over the raw bytes, one over JSON that it writes again.
//
//   node receivers.mjs     listens on a free port of 127.0.0.1, writes the port on a line, and ends with its standard input
//
// The secret is that of STEPPAY_WEBHOOK_SECRET.

import { createHmac } from "node:crypto";
import express from "express";

function isGenuine(header, body) {
  const [, timestamp, keys] = /^timestamp=([0-9]+),key=(.*)$/.exec(header ?? "") ?? [];
  const key = createHmac("sha256", process.env.STEPPAY_WEBHOOK_SECRET).update(`${timestamp}.`).update(body).digest("base64");
  return timestamp !== undefined && keys.split(";").includes(key);
}

function answer(request, response, body) {
  response.sendStatus(isGenuine(request.headers["steppay-signature"], body) ? 204 : 401);
}

const app = express();
app.post("/raw", express.raw({ type: "application/json" }), (request, response) => answer(request, response, request.body));
app.post("/parsed", express.json(), (request, response) => answer(request, response, JSON.stringify(request.body)));

const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
