"""Flawed parts of receivers in Python, by topic: the snippet of the topic has the same names, and takes their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SUBSCRIPTIONS = ("subscription.created", "subscription.updated", "subscription.payment_due_notification")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlawedPart:
    """What a receiver does after the signature was checked: ``part`` has the flaw, ``handle`` calls it."""

    topic: str
    part: str
    shows: str
    """A finding that the flaw shows."""
    handle: str
    tables: str
    options: Mapping[str, Any] = field(repr=False)


_ONCE = """
def handle(connect, body):
    event = json.loads(body)
    with connect() as db:
        if event["event"] == "payment.completed":
            payment = (event["data"]["paymentId"],)
            once(db, body, lambda db: db.execute("INSERT INTO points (payment) VALUES (?)", payment))
    return 204
"""
_KEEP = """
def handle(connect, body):
    event = json.loads(body)
    with connect() as db, db:
        if event["event"] in SUBSCRIPTIONS:
            keep(db, event, body)
    return 204
"""
_TIMES = """
def handle(connect, body):
    event = json.loads(body)
    with connect() as db, db:
        if event["event"] in SUBSCRIPTIONS:
            moment = utc(event["data"].get("nextPaymentDate"))
            row = event["data"]["subscriptionId"], moment and moment.isoformat()
            db.execute("INSERT OR REPLACE INTO subscriptions VALUES (?, ?)", row)
    return 204
"""
_READ = """
def handle(connect, body):
    event = json.loads(body)
    with connect() as db, db:
        if event["event"] == "payment.completed":
            row = read(event)
            values = row["id"], row["status"], row["is_paid"], row["email"], f"{row['amount']:.2f}"
            db.execute("INSERT OR REPLACE INTO payments VALUES (?, ?, ?, ?, ?)", values)
    return 204
"""
_PARSE = """
def handle(connect, body):
    event = parse(body)
    if event is None or "paymentId" not in event["data"]:
        return 400
    with connect() as db, db:
        db.execute("INSERT OR REPLACE INTO payments VALUES (?, ?)", (event["data"]["paymentId"], event["event"]))
    return 204
"""
_GUARDED_ROW = "CREATE TABLE subscriptions (id BIGINT PRIMARY KEY, status TEXT, version TEXT)"
_PAID = {"types": ["payment.completed"], "quick": True}
_IN_ORDER: dict[str, Any] = {
    "types": SUBSCRIPTIONS,
    "only": ["order", "tie", "truth", "overlap", "duplicate"],
    "scenarios": ["subscription-cancelled-now", "subscription-pause-undone", "subscription-renewal-queues"],
    "budget": 3_000,
}

FLAWS = (
    FlawedPart(
        topic="copies",
        part="""
def once(db, body, work):
    with db:
        work(db)
""",
        shows="duplicate/counts-copies-again",
        handle=_ONCE,
        tables="CREATE TABLE received (hash TEXT PRIMARY KEY); CREATE TABLE points (payment BIGINT)",
        options={**_PAID, "only": ["duplicate", "tie", "connection"]},
    ),
    FlawedPart(
        topic="copies",
        part="""
def once(db, body, work):
    event = json.loads(body)
    with db:
        db.execute("INSERT INTO received VALUES (?)", (f"{event['event']} {event['timestamp']}",))
        work(db)
""",
        shows="duplicate/refuses-copies",
        handle=_ONCE,
        tables="CREATE TABLE received (hash TEXT PRIMARY KEY); CREATE TABLE points (payment BIGINT)",
        options={**_PAID, "only": ["duplicate", "tie", "connection"]},
    ),
    FlawedPart(
        topic="order",
        part="""
def keep(db, event, body):
    row = event["data"]["subscriptionId"], event["data"]["status"]
    db.execute("INSERT OR REPLACE INTO subscriptions (id, status) VALUES (?, ?)", row)
""",
        shows="order/last-arrival-wins",
        handle=_KEEP,
        tables=_GUARDED_ROW,
        options=_IN_ORDER,
    ),
    FlawedPart(
        topic="order",
        part="""
def keep(db, event, body):
    second, key = f"{event['timestamp']:012d}", event["data"]["subscriptionId"]
    if event["event"] == "subscription.created":
        row = key, event["data"]["status"], second
        db.execute("INSERT INTO subscriptions (id, status, version) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row)
    else:
        row = event["data"]["status"], second, key, second
        db.execute("UPDATE subscriptions SET status = ?, version = ? WHERE id = ? AND version <= ?", row)
""",
        shows="order/drops-early-updates",
        handle=_KEEP,
        tables=_GUARDED_ROW,
        options=_IN_ORDER,
    ),
    FlawedPart(
        topic="times",
        part="""
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Seoul")).astimezone(UTC) if text else None
""",
        shows="timezone/reads-times-as-kst",
        handle=_TIMES,
        tables="CREATE TABLE subscriptions (id BIGINT PRIMARY KEY, next_payment_date TEXT)",
        options={"types": SUBSCRIPTIONS, "quick": True, "only": ["timezone", "null", "absent"]},
    ),
    FlawedPart(
        topic="reading",
        part="""
def read(event):
    data = event["data"]
    paid = {"COMPLETE": True, "FAILED": False, "CANCELED": False}[data["status"]]
    amount, email = data["paidAmount"], data["payer"]["email"]
    return {"id": data["paymentId"], "status": data["status"], "is_paid": paid, "email": email, "amount": amount}
""",
        shows="absent/needs-what-may-be-absent",
        handle=_READ,
        tables="CREATE TABLE payments (id BIGINT PRIMARY KEY, status TEXT, is_paid INTEGER, email TEXT, amount TEXT)",
        options={**_PAID, "only": ["null", "absent", "empty", "unknown-field", "unknown-enum", "unknown-event"]},
    ),
    FlawedPart(
        topic="bodies",
        part="parse = json.loads",
        shows="malformed/trusts-the-body",
        handle=_PARSE,
        tables="CREATE TABLE payments (id BIGINT PRIMARY KEY, event TEXT)",
        options={**_PAID, "only": "malformed"},
    ),
)
