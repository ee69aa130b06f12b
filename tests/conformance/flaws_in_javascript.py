"""Flawed parts of receivers in JavaScript, with rows in PostgreSQL: the snippet of their topic replaces them."""

from __future__ import annotations

from conformance.flaws_in_python import FLAWS as IN_PYTHON
from conformance.flaws_in_python import SUBSCRIPTIONS, FlawedPart

_OPTIONS = {flaw.topic: flaw.options for flaw in IN_PYTHON}
_IS_SUBSCRIPTION = f"{list(SUBSCRIPTIONS)}.includes(event.event)"

_ONCE = """
async function handle(body) {
  const event = JSON.parse(body);
  if (event.event === "payment.completed") {
    const add = (client) => client.query("INSERT INTO points (payment) VALUES ($1)", [event.data.paymentId]);
    await once(body, add);
  }
  return 204;
}
"""
_KEEP = f"""
async function handle(body) {{
  const event = JSON.parse(body);
  if ({_IS_SUBSCRIPTION}) await keep(pool, event, body);
  return 204;
}}
"""
_TIMES = f"""
async function handle(body) {{
  const event = JSON.parse(body);
  if ({_IS_SUBSCRIPTION}) {{
    const row = [event.data.subscriptionId, utc(event.data.nextPaymentDate)];
    await pool.query("INSERT INTO subscriptions VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET next = $2", row);
  }}
  return 204;
}}
"""
_IDS = """
async function handle(body) {
  const event = parseWithIds(body.toString());
  if (event.event === "payment.completed") {
    const row = [String(event.data.paymentId), event.data.status];
    await pool.query("INSERT INTO payments VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET status = $2", row);
  }
  return 204;
}
"""
_READ = """
async function handle(body) {
  const event = JSON.parse(body);
  if (event.event === "payment.completed") {
    const { id, ...row } = read(event);
    const text = JSON.stringify(row);
    await pool.query("INSERT INTO payments VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET facts = $2", [id, text]);
  }
  return 204;
}
"""
_PARSE = """
async function handle(body) {
  const event = parse(body);
  if (event === null || event.data.paymentId === undefined) return 400;
  const row = [event.data.paymentId, event.event];
  await pool.query("INSERT INTO payments VALUES ($1, $2) ON CONFLICT DO NOTHING", row);
  return 204;
}
"""

FLAWS = (
    FlawedPart(
        topic="copies",
        part="const once = (body, work) => work(pool);",
        shows="duplicate/counts-copies-again",
        handle=_ONCE,
        tables="CREATE TABLE received (hash text PRIMARY KEY); CREATE TABLE points (payment bigint)",
        options=_OPTIONS["copies"],
    ),
    FlawedPart(
        topic="order",
        part="""
const keep = (client, event) => client.query(
  "INSERT INTO subscriptions (id, status) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET status = $2",
  [event.data.subscriptionId, event.data.status],
);
""",
        shows="order/last-arrival-wins",
        handle=_KEEP,
        tables="CREATE TABLE subscriptions (id bigint PRIMARY KEY, status text, version text)",
        options=_OPTIONS["order"],
    ),
    FlawedPart(
        topic="times",
        part="const utc = (text) => (text ? new Date(`${text}+09:00`) : null);",
        shows="timezone/reads-times-as-kst",
        handle=_TIMES,
        tables="CREATE TABLE subscriptions (id bigint PRIMARY KEY, next timestamptz)",
        options=_OPTIONS["times"],
    ),
    FlawedPart(
        topic="ids",
        part="const parseWithIds = JSON.parse;",
        shows="big-id/rounds-ids",
        handle=_IDS,
        tables="CREATE TABLE payments (id bigint PRIMARY KEY, status text)",
        options={"types": ["payment.completed"], "quick": True, "only": "big-id"},
    ),
    FlawedPart(
        topic="reading",
        part="""
function read(event) {
  const { paymentId: id, status, payer, paidAmount: amount } = event.data;
  const isPaid = { COMPLETE: [true], FAILED: [false], CANCELED: [false] }[status][0];
  return { id, status, isPaid, email: payer.email.toLowerCase(), amount };
}
""",
        shows="absent/needs-what-may-be-absent",
        handle=_READ,
        tables="CREATE TABLE payments (id bigint PRIMARY KEY, facts text)",
        options=_OPTIONS["reading"],
    ),
    FlawedPart(
        topic="bodies",
        part="const parse = (body) => { const event = JSON.parse(body); event.data.paymentId; return event; };",
        shows="malformed/trusts-the-body",
        handle=_PARSE,
        tables="CREATE TABLE payments (id bigint PRIMARY KEY, event text)",
        options=_OPTIONS["bodies"],
    ),
)
