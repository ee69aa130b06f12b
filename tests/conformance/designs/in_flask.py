"""Right receivers in Flask: SQL that compares as it writes, a view over bodies, steps alone, and a worker."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from queue import Queue
from threading import Lock, Thread
from typing import Any

from conformance.designs import vendor
from conformance.designs.design import PATH, Opened
from flask import Flask, request

Take = Callable[[bytes], tuple[str, int]]


def _app(take: Take, *, refusal: int) -> Flask:
    """An app that verifies, and leaves the rest to ``take``."""
    app = Flask("receiver")

    @app.post(PATH)
    def steppay() -> tuple[str, int]:
        body = request.get_data()
        if not vendor.is_genuine(request.headers.get("Steppay-Signature"), body):
            return "no signature of StepPay", refusal
        return take(body)

    return app


_UPSERT = """
CREATE TABLE inbox (digest TEXT PRIMARY KEY);
CREATE TABLE payments (
    id INTEGER PRIMARY KEY, status TEXT, paid_amount INTEGER, canceled_amount INTEGER, paid_at INTEGER,
    step INTEGER, at INTEGER, digest TEXT
);
CREATE TABLE points (payment_id INTEGER, points INTEGER);
"""


@contextmanager
def upsert(_folder: Path) -> Iterator[Opened]:
    """Ten-thousandths of a won as integers, times as epoch seconds; a copy breaks the unique key and rolls all back."""
    lock = Lock()
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as database:
        database.executescript(_UPSERT)

        def take(body: bytes) -> tuple[str, int]:
            try:
                envelope = vendor.read(body)
            except vendor.NoWebhookError as error:
                return str(error), 400
            try:
                with lock, database:
                    write(envelope)
            except sqlite3.IntegrityError:
                return "a copy", 200
            return "", 200

        def write(envelope: dict[str, Any]) -> None:
            database.execute("INSERT INTO inbox VALUES (?)", [vendor.digest(envelope)])
            if envelope["event"] not in vendor.PAYMENT_EVENTS:
                return
            paid = vendor.moment(envelope["data"].get("paidAt"))
            database.execute(
                "INSERT INTO payments VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "status = excluded.status, paid_amount = excluded.paid_amount, step = excluded.step, at = excluded.at, "
                "canceled_amount = excluded.canceled_amount, paid_at = excluded.paid_at, digest = excluded.digest "
                "WHERE (excluded.step, excluded.at, excluded.canceled_amount, excluded.digest) "
                "> (payments.step, payments.at, payments.canceled_amount, payments.digest)",
                [
                    vendor.id_of(envelope),
                    envelope["data"]["status"],
                    int(vendor.paid_of(envelope) * 10_000),
                    int(vendor.canceled_of(envelope) * 10_000),
                    paid and int(paid.timestamp()),
                    vendor.step_of(envelope),
                    envelope["timestamp"],
                    vendor.digest(envelope),
                ],
            )
            if envelope["event"] == "payment.completed":
                points = int(vendor.paid_of(envelope)) // 100
                database.execute("INSERT INTO points VALUES (?, ?)", [vendor.id_of(envelope), points])

        def state() -> list[Any]:
            columns = "id", "status", "paid_amount", "canceled_amount", "paid_at"
            with lock:
                rows = database.execute(f"SELECT {', '.join(columns)} FROM payments ORDER BY id").fetchall()
            return [dict(zip(columns, row, strict=True)) for row in rows]

        def effects() -> list[Any]:
            with lock:
                return database.execute("SELECT * FROM points ORDER BY 1, 2").fetchall()

        def reset() -> None:
            with lock:
                database.executescript("DELETE FROM inbox; DELETE FROM payments; DELETE FROM points;")

        yield Opened(receiver=_app(take, refusal=401), state=state, reset=reset, effects=effects)


_VIEW = """
CREATE TABLE hooks (digest TEXT PRIMARY KEY, body TEXT);
CREATE VIEW steps AS SELECT
    CAST(json_extract(body, '$.data.subscriptionId') AS TEXT) AS id,
    json_extract(body, '$.data.status') AS status,
    substr(json_extract(body, '$.data.nextPaymentDate'), 1, 19) || 'Z' AS next_payment_date,
    row_number() OVER (
        PARTITION BY json_extract(body, '$.data.subscriptionId')
        ORDER BY json_extract(body, '$.timestamp') DESC,
            json_extract(body, '$.data.status') IN ('CANCELED', 'EXPIRED') DESC,
            json_extract(body, '$.event') = 'subscription.updated' DESC,
            CASE json_extract(body, '$.data.status') WHEN 'QUEUEING' THEN 0 WHEN 'INCOMPLETE' THEN 0
                WHEN 'ACTIVE' THEN 1 ELSE 2 END DESC,
            digest DESC
    ) AS place
    FROM hooks WHERE json_extract(body, '$.event') IN ('subscription.created', 'subscription.updated');
CREATE VIEW subscriptions AS SELECT id, status, next_payment_date FROM steps WHERE place = 1;
"""


@contextmanager
def view(folder: Path) -> Iterator[Opened]:
    """Bodies in a JSON column; what a subscription is says a view with a window function. Ids are texts."""
    file = folder / "hooks.sqlite3"

    def connected() -> sqlite3.Connection:
        connection = sqlite3.connect(file, timeout=30)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def take(body: bytes) -> tuple[str, int]:
        try:
            envelope = vendor.read(body)
        except vendor.NoWebhookError as error:
            return str(error), 422
        if envelope["event"] in vendor.SUBSCRIPTION_EVENTS:
            with closing(connected()) as connection, connection:
                row = [vendor.digest(envelope), body.decode()]
                connection.execute("INSERT OR IGNORE INTO hooks VALUES (?, ?)", row)
        return "", 204

    def state() -> list[Any]:
        with closing(connected()) as connection:
            return [dict(row) for row in connection.execute("SELECT * FROM subscriptions ORDER BY id")]

    def reset() -> None:
        with closing(connected()) as connection, connection:
            connection.execute("DELETE FROM hooks")

    with closing(connected()) as first:  # SQLite tidies up its files when the last connection closes, which is slow
        first.executescript(_VIEW)
        yield Opened(receiver=_app(take, refusal=403), state=state, reset=reset)


@contextmanager
def steps(_folder: Path) -> Iterator[Opened]:
    """No digest and no clock: a payment only climbs, refunds only grow, and a payment has its points once."""
    payments: dict[int, dict[str, Any]] = {}
    points: dict[int, str] = {}
    lock = Lock()

    def take(body: bytes) -> tuple[str, int]:
        try:
            envelope = vendor.read(body)
        except vendor.NoWebhookError:
            return "bad request", 400
        if envelope["event"] not in vendor.PAYMENT_EVENTS:
            return "not for us", 200
        key, step = vendor.id_of(envelope), vendor.step_of(envelope)
        with lock:
            row = payments.setdefault(key, {"step": -1, "canceled_amount": 0})
            row["canceled_amount"] = max(row["canceled_amount"], vendor.canceled_of(envelope))
            if step > row["step"]:
                row |= {"step": step, "status": envelope["data"]["status"], "paid_amount": vendor.paid_of(envelope)}
            if envelope["event"] == "payment.completed":
                points[key] = f"points for {vendor.plain(vendor.paid_of(envelope))}"
        return "ok", 200

    def state() -> dict[int, Any]:
        return {key: {name: row[name] for name in row if name != "step"} for key, row in payments.items()}

    def reset() -> None:
        payments.clear()
        points.clear()

    app = _app(take, refusal=401)
    yield Opened(receiver=app, state=state, reset=reset, effects=lambda: sorted(points.items()))


@contextmanager
def outbox(_folder: Path) -> Iterator[Opened]:
    """It answers 202 when the body is in the outbox; a worker makes the rows, and sends the mails, later."""
    outbox: Queue[bytes | None] = Queue()
    known: set[str] = set()
    rows: dict[int, tuple[Any, ...]] = {}
    mails: list[str] = []

    def take(body: bytes) -> tuple[str, int]:
        try:
            vendor.read(body)
        except vendor.NoWebhookError:
            return "", 400
        outbox.put(body)
        return "", 202

    def work() -> None:
        while (body := outbox.get()) is not None:
            handle(vendor.read(body), sha256(body).hexdigest())
            outbox.task_done()

    def handle(envelope: dict[str, Any], mark: str) -> None:
        if mark in known or envelope["event"] not in vendor.SUBSCRIPTION_EVENTS:
            return
        known.add(mark)
        new = (vendor.order_of(envelope), envelope["data"]["status"], vendor.moment(envelope["data"].get("startDate")))
        key = vendor.id_of(envelope)
        rows[key] = max(rows.get(key, new), new, key=lambda row: row[0])
        if envelope["event"] == "subscription.created":
            mails.append(f"welcome, {key}")

    def state() -> list[Any]:
        return [{"subscription_id": key, "status": row[1], "start_date": row[2]} for key, row in sorted(rows.items())]

    def reset() -> None:
        outbox.join()
        known.clear()
        rows.clear()
        mails.clear()

    worker = Thread(target=work, daemon=True)
    worker.start()
    try:
        yield Opened(
            receiver=_app(take, refusal=401),
            state=state,
            reset=reset,
            effects=lambda: sorted(mails),
            settle=outbox.join,
        )
    finally:
        outbox.put(None)
        worker.join()
