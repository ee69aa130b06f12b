// Express with its own JSON parser, which gives the raw bytes on the way: a log of events, of which the rows are made
// when they are read. Ids are texts that were taken from the bytes, as the parser rounds numbers.
//
//   node express_log.mjs     prints its port, and ends with its standard input

import { isUtf8 } from "node:buffer";
import { createHmac } from "node:crypto";
import express from "express";

const KEPT = ["subscription.created", "subscription.updated"];
const log = new Map(); // by the bytes: a copy has the same ones

function isGenuine(request) {
  const header = request.headers["steppay-signature"];
  const [, timestamp, keys] = /^timestamp=(\d{1,15}),(?:.*,)?key=([^,]*)/.exec(header) ?? [];
  if (timestamp === undefined || Math.abs(Date.now() / 1000 - timestamp) > 300) return false;
  const hmac = createHmac("sha256", process.env.STEPPAY_WEBHOOK_SECRET).update(`${timestamp}.`).update(request.rawBody);
  return keys.split(";").includes(hmac.digest("base64"));
}

const app = express();
app.disable("x-powered-by");
const keepRaw = (request, _response, raw) => (request.rawBody = raw);
app.use("/webhooks", express.json({ type: () => true, limit: "2mb", verify: keepRaw }));

app.post("/webhooks/steppay", (request, response) => {
  request.rawBody ??= Buffer.alloc(0);
  if (!isGenuine(request)) return response.sendStatus(403);
  const { event, timestamp, data } = request.body;
  const isObject = typeof data === "object" && data !== null && !Array.isArray(data);
  if (typeof event !== "string" || !Number.isInteger(timestamp) || !isObject) return response.sendStatus(422);
  if (!isUtf8(request.rawBody)) return response.sendStatus(400);
  if (KEPT.includes(event)) {
    const text = request.rawBody.toString();
    const id = /"subscriptionId"\s*:\s*"?(\d+)/.exec(text)?.[1];
    if (id === undefined || typeof data.status !== "string") return response.sendStatus(422);
    log.set(text, { id, event, timestamp, data, text });
  }
  response.sendStatus(204);
});

const steps = { QUEUEING: 0, INCOMPLETE: 0, ACTIVE: 1 };
const order = ({ event, timestamp, data: { status }, text }) => [
  timestamp,
  Number(["CANCELED", "EXPIRED"].includes(status)),
  KEPT.indexOf(event),
  steps[status] ?? 2,
  text,
];

function compare(one, other) {
  const [left, right] = [order(one), order(other)];
  const place = left.findIndex((part, at) => part !== right[at]);
  if (place < 0) return 0;
  return left[place] < right[place] ? -1 : 1;
}

app.get("/test/state", (_request, response) => {
  const rows = {};
  for (const { id, data } of [...log.values()].sort(compare)) {
    const due = data.nextPaymentDate ? Date.parse(`${data.nextPaymentDate}Z`) : null;
    rows[id] = { status: data.status, nextPaymentDate: due };
  }
  response.json(rows);
});
app.post("/test/reset", (_request, response) => response.json(log.clear() ?? {}));
app.use((error, _request, response, _next) => response.sendStatus(error.status ?? 500));

const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
