// Node without a framework: webhooks about one payment wait for one another in a chain of promises, and those about
// others do not. Between reading and writing of its slow store others run. Ids are BigInt.
//
//   node chains.mjs     prints its port, and ends with its standard input

import { createServer } from "node:http";
import { setImmediate } from "node:timers/promises";
import { parse, verify } from "./steppay_webhook.mjs";

const STEPS = { STANDBY: 0, VIRTUAL_BANK_STANDBY: 0, CMS_STANDBY: 0, FAILED: 1, USER_CANCELED: 1, COMPLETE: 2 };
const REFUNDS = { CANCELED_FAIL: 3, PARTIAL_CANCELED: 4, CANCELED: 5 };
const BY_EVENT = { "payment.standby": 0, "payment.failed": 1, "payment.completed": 2, "payment.canceled": 5 };

const rows = new Map();
const paid = new Map();
const chains = new Map();

const store = {
  async get(id) {
    await setImmediate();
    return rows.get(id);
  },
  async put(id, row) {
    await setImmediate();
    rows.set(id, row);
  },
};

function inTurn(id, work) {
  const turn = (chains.get(id) ?? Promise.resolve()).then(work);
  chains.set(id, turn.catch(() => {}));
  return turn;
}

async function keep({ event, timestamp, data }) {
  const id = BigInt(data.paymentId);
  const canceled = Number(data.cancel?.canceledAmount ?? 0);
  const step = STEPS[data.status] ?? REFUNDS[data.status] ?? BY_EVENT[event];
  const version = [step, timestamp, canceled];
  const row = { status: data.status, paid: Number(data.paidAmount ?? 0), canceled, version };
  await inTurn(id, async () => {
    const known = await store.get(id);
    if (event === "payment.completed" && !paid.has(id)) paid.set(id, `points for ${data.paidAmount ?? 0}`);
    const place = version.findIndex((part, at) => part !== known?.version[at]);
    if (!known || (place >= 0 && version[place] > known.version[place])) await store.put(id, row);
  });
}

async function answer(request, body) {
  if (request.url === "/test/reset") return [200, JSON.stringify([rows, paid, chains].map((map) => map.clear() ?? 0))];
  if (request.url === "/test/state") {
    const payments = Object.fromEntries([...rows].map(([id, { version, ...row }]) => [id, row]));
    return [200, JSON.stringify({ payments, points: [...paid].map(([id, text]) => `${id}: ${text}`).sort() })];
  }
  if (request.method !== "POST") return [405, ""];
  if (!verify(request.headers["steppay-signature"], body, process.env.STEPPAY_WEBHOOK_SECRET)) return [401, ""];
  const envelope = parse(body);
  if (envelope === null) return [400, ""];
  if (Object.hasOwn(BY_EVENT, envelope.event)) await keep(envelope);
  return [202, ""];
}

const server = createServer(async (request, response) => {
  try {
    const parts = [];
    for await (const part of request) parts.push(part);
    const [status, text] = await answer(request, Buffer.concat(parts));
    response.writeHead(status, { "content-type": "application/json" }).end(text);
  } catch {
    response.writeHead(500).end(); // such as a body that broke off
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
