// A StepPay receiver as a function of AWS Lambda in Node, for whatever calls it: an HTTP API, a REST API, a load balancer.
//
// It keeps payments, in memory: put a table of your database in the place of `payments`, for a function's memory does not
// last. Compare and write in one statement there, such as DynamoDB's PutItem with a ConditionExpression.

import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE = 300; // seconds
const RANKS = {
  ...{ STANDBY: 0, VIRTUAL_BANK_STANDBY: 0, CMS_STANDBY: 0, FAILED: 1, USER_CANCELED: 1, COMPLETE: 2 },
  ...{ CANCELED_FAIL: 3, PARTIAL_CANCELED: 4, CANCELED: 5 },
};
const BY_EVENT = { "payment.standby": 0, "payment.failed": 1, "payment.completed": 2, "payment.canceled": 5 };

export const payments = new Map();

export async function handler(event) {
  const body = rawBody(event); // what was signed: JSON.stringify(JSON.parse(...)) has another signature
  if (!verify(header(event, "steppay-signature"), body, process.env.STEPPAY_WEBHOOK_SECRET)) {
    return answer(401, "the signature does not match");
  }
  let envelope;
  try {
    envelope = JSON.parse(body.toString("utf8"));
  } catch {
    return answer(400, "the body is no JSON");
  }
  if (envelope?.event in BY_EVENT) keep(envelope);
  return answer(200); // event types not known here too: anything else would show as a failed delivery
}

// The bytes that were sent: a REST API with binary media types gives base64.
function rawBody(event) {
  return Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
}

// The header's value. Its case differs: REST APIs have what was sent, the others lower case.
function header(event, name) {
  const headers = event.headers ?? event.multiValueHeaders ?? {};
  const found = Object.entries(headers).find(([one]) => one.toLowerCase() === name);
  return found ? String(found[1]) : "";
}

// Whether the holder of the secret signed the body just now. While a secret is being rotated there are several keys.
export function verify(header, body, secret, now = Date.now() / 1000) {
  const pairs = header.split(",").map((pair) => pair.trim().split(/=(.*)/s));
  const timestamp = pairs.find(([name]) => name === "timestamp")?.[1] ?? "";
  const keys = pairs.find(([name]) => name === "key")?.[1] ?? "";
  if (!secret || !/^[0-9]{1,15}$/.test(timestamp) || Math.abs(now - Number(timestamp)) > TOLERANCE) return false;
  const expected = Buffer.from(createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("base64"));
  return keys.split(";").some((key) => {
    const given = Buffer.from(key); // compared as text: Node's base64 also decodes what is not quite the same
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

// A payment only moves forward, so its status goes before the clock of whole seconds; then the larger refund is the later.
function keep({ event, timestamp, data }) {
  const rank = RANKS[data.status] ?? BY_EVENT[event];
  const canceled = data.cancel?.canceledAmount ?? 0;
  const version = [rank, timestamp, canceled];
  const known = payments.get(data.paymentId);
  if (known && !isNewer(version, known.version)) return;
  payments.set(data.paymentId, { status: data.status, paid: data.paidAmount ?? 0, canceled, version });
}

function isNewer(one, other) {
  const place = one.findIndex((part, at) => part !== other[at]);
  return place >= 0 && one[place] > other[place];
}

// What every gateway understands: a number as status, and a body that is text.
function answer(statusCode, body = "") {
  return { statusCode, headers: { "content-type": "text/plain" }, body };
}
