// Verifies webhooks of StepPay, and tells which of two is newer. Node 18 or later alone: copy it into your project.
//
// Facts about StepPay's webhooks that cause bugs:
//
// - There is no event id, and a manager can resend an event: it then arrives twice, with a newer signature.
// - The order is not promised, and `timestamp` counts whole seconds: the events of one action have the same one.
// - Null fields are left out. New fields, statuses and event types appear without notice: answer them with 2xx.
// - A LocalDateTime has no zone and means UTC, not KST: `new Date(text)` reads it in the zone of the server.
// - Ids have 64 bits, and JSON.parse rounds them beyond 2^53: here an id is a text.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE = 300; // seconds, both ways: an old recording is refused, a clock that runs a little ahead is not

const KINDS = {
  payment: { table: "payments", id: "paymentId", row: paymentRow },
  subscription: { table: "subscriptions", id: "subscriptionId", row: subscriptionRow },
};
// By event: what it is about, and its place among the events of that thing. Not `startsWith("subscription.")`:
// subscription.usage.added carries a Usage.
const EVENTS = new Map([
  ["payment.standby", { kind: KINDS.payment, place: 0 }],
  ["payment.failed", { kind: KINDS.payment, place: 1 }],
  ["payment.completed", { kind: KINDS.payment, place: 2 }],
  ["payment.canceled", { kind: KINDS.payment, place: 5 }],
  ["subscription.created", { kind: KINDS.subscription, place: 0 }],
  ["subscription.payment_due_notification", { kind: KINDS.subscription, place: 1 }],
  ["subscription.updated", { kind: KINDS.subscription, place: 2 }],
]);
const PAYMENT_STATUSES = new Map([
  ...[["STANDBY", 0], ["VIRTUAL_BANK_STANDBY", 0], ["CMS_STANDBY", 0], ["FAILED", 1], ["USER_CANCELED", 1]],
  ...[["COMPLETE", 2], ["CANCELED_FAIL", 3], ["PARTIAL_CANCELED", 4], ["CANCELED", 5]],
]);
const SUBSCRIPTION_STATUSES = new Map([["QUEUEING", 0], ["INCOMPLETE", 0], ["ACTIVE", 1]]); // on the way
const SUBSCRIPTION_FINAL = new Set(["CANCELED", "EXPIRED"]);

// Whether the `Steppay-Signature` header proves that the holder of `secret` sent `body` just now. `body` has the bytes
// as received: JSON that was parsed and written again has another signature.
export function verify(header, body, secret, now = Date.now() / 1000) {
  const pairs = (header ?? "").split(",").map((pair) => pair.trim().split(/=(.*)/s)); // base64 ends in `=`: cut once
  const timestamp = pairs.find(([name]) => name === "timestamp")?.[1] ?? "";
  // While a secret is being rotated there is a key for each, between semicolons: one match is enough. Other pairs
  // (there has been a `v0=`) prove nothing.
  const keys = (pairs.find(([name]) => name === "key")?.[1] ?? "").split(";");
  if (!secret) return false; // with a secret that was never set, anyone can sign
  if (!/^[0-9]{1,15}$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp)) > TOLERANCE) return false;
  const expected = Buffer.from(createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("base64"));
  return keys.some((key) => {
    const given = Buffer.from(key.trim()); // compared as text: Node's base64 also decodes what is not quite the same
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

// The envelope, or null if the body is none. Integers of 16 digits or more are texts in it.
export function parse(body) {
  let envelope;
  try {
    envelope = JSON.parse(quoteLongIntegers(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body)));
  } catch {
    return null;
  }
  if (typeof envelope?.event !== "string" || !Number.isInteger(envelope.timestamp)) return null;
  return isObject(envelope.data) && hasWhatIsKept(envelope) ? envelope : null;
}

// A package such as json-bigint does the same, and so does a reviver with `context.source` in Node 21 or later.
function quoteLongIntegers(text) {
  const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs; // texts too, as they may have digits
  return text.replace(tokens, (token) => (/^-?[1-9]\d{15,}$/.test(token) ? `"${token}"` : token));
}

// An event of a type that is kept here, without the id or the status of its thing, is no webhook.
function hasWhatIsKept({ event, data }) {
  const known = EVENTS.get(event);
  return known === undefined || (data[known.kind.id] != null && typeof data.status === "string");
}

// What stands in for the missing event id: a hash of the content, in which null and absent are the same.
export function fingerprint({ event, timestamp, data }) {
  return createHash("sha256").update(JSON.stringify([event, timestamp, sorted(data)])).digest("hex");
}

// The table, the id and the row that this event asks for, or null if it is about something that is not kept here. Write
// the row only if its `version` is greater than the stored one. An event carries the whole object, so the row replaces
// the old one: merging would keep values that have become null.
export function change(envelope) {
  const known = EVENTS.get(envelope.event);
  if (known === undefined) return null;
  const { kind, place } = known;
  return { table: kind.table, id: String(envelope.data[kind.id]), row: kind.row(envelope, place) };
}

// A subscription goes back and forth (ACTIVE, PAUSE, ACTIVE), so time decides. Within one second: what is final stays,
// `created` is older than `updated`, and a state on the way is older than where it leads. The vendor says nothing about
// the rest, so the fingerprint picks one, the same one everywhere; when it matters, read it back from the REST API.
function subscriptionRow(envelope, place) {
  const { timestamp, data } = envelope;
  const isFinal = SUBSCRIPTION_FINAL.has(data.status);
  const rank = `${Number(isFinal)}${place}${SUBSCRIPTION_STATUSES.get(data.status) ?? 2}`;
  return {
    status: data.status, // kept as it came: a list of known statuses would refuse the next new one
    nextPaymentDate: utc(data.nextPaymentDate),
    version: `${padded(timestamp)}.${rank}.${fingerprint(envelope)}`,
  };
}

// A payment only moves forward, so its status knows more about order than a clock of whole seconds, and goes first.
// Time orders several refunds of a part; in the same second the larger sum is the later one.
function paymentRow(envelope, place) {
  const { timestamp, data } = envelope;
  const canceled = data.cancel?.canceledAmount ?? 0; // `cancel` is in every payment: its amount tells a refund
  const rank = PAYMENT_STATUSES.get(data.status) ?? place; // an unknown status takes the place of its event
  return {
    status: data.status,
    paidAmount: String(data.paidAmount ?? 0), // text, so that the database makes a decimal of it and no float
    canceledAmount: String(canceled),
    version: `${rank}.${padded(timestamp)}.${Number(canceled).toFixed(4).padStart(24, "0")}.${fingerprint(envelope)}`,
  };
}

function utc(localDateTime) {
  return localDateTime ? new Date(`${localDateTime}Z`).toISOString() : null;
}

function padded(timestamp) {
  return String(timestamp).padStart(12, "0"); // versions are compared as texts
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const names = Object.keys(value).filter((name) => value[name] !== null);
  return names.sort().map((name) => [name, sorted(value[name])]);
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
