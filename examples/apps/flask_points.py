"""A shop in Flask that gives points for what was paid: PostgreSQL through psycopg, behind several workers.

Run it: ``STEPPAY_WEBHOOK_SECRET=... DATABASE_URL=postgresql://... gunicorn --workers 2 flask_points:app``
(with ``examples/receivers`` on the path: copy ``steppay_webhook.py`` into your project)
"""

from __future__ import annotations

import os
from typing import Any

import psycopg
from flask import Flask, jsonify, request
from psycopg.rows import dict_row
from steppay_webhook import fingerprint, parse, row_of, verify

SECRET = os.environ["STEPPAY_WEBHOOK_SECRET"]
DATABASE = os.environ["DATABASE_URL"]

# Ids have 64 bits. Versions are compared byte by byte, in every locale.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    id bigint PRIMARY KEY, order_id text, status text NOT NULL, paid_amount numeric NOT NULL,
    canceled_amount numeric NOT NULL, version text COLLATE "C" NOT NULL
);
CREATE TABLE IF NOT EXISTS subscriptions (
    id bigint PRIMARY KEY, customer_id bigint, status text NOT NULL, next_payment_date timestamptz,
    version text COLLATE "C" NOT NULL
);
CREATE TABLE IF NOT EXISTS inbox (fingerprint text PRIMARY KEY);
CREATE TABLE IF NOT EXISTS points (payment_id bigint NOT NULL, amount integer NOT NULL);
"""

# Compare and write in ONE statement: reading the old version first would let two workers overtake each other.
_UPSERTS = {
    "payments": """
        INSERT INTO payments VALUES
        (%(id)s, %(order_id)s, %(status)s, %(paid_amount)s, %(canceled_amount)s, %(version)s)
        ON CONFLICT (id) DO UPDATE SET
            order_id = excluded.order_id, status = excluded.status, paid_amount = excluded.paid_amount,
            canceled_amount = excluded.canceled_amount, version = excluded.version
        WHERE excluded.version > payments.version
    """,
    "subscriptions": """
        INSERT INTO subscriptions VALUES (%(id)s, %(customer_id)s, %(status)s, %(next_payment_date)s, %(version)s)
        ON CONFLICT (id) DO UPDATE SET
            customer_id = excluded.customer_id, status = excluded.status,
            next_payment_date = excluded.next_payment_date, version = excluded.version
        WHERE excluded.version > subscriptions.version
    """,
}

app = Flask(__name__)


def create_tables() -> None:
    """Make the tables, unless they are there; once, before the workers start."""
    with psycopg.connect(DATABASE) as connection:
        connection.execute(_SCHEMA)


@app.post("/webhooks/steppay")
def steppay() -> tuple[str, int]:
    """Take one webhook."""
    body = request.get_data()  # the raw bytes are what was signed, not request.json
    if not verify(request.headers.get("Steppay-Signature", ""), body, SECRET):
        return "the signature does not match", 401
    envelope = parse(body)
    if envelope is None:
        return "the body is not a JSON object", 400
    with psycopg.connect(DATABASE) as connection:  # one transaction: all of it, or nothing
        take(connection, envelope)
    return "", 200  # event types that are not known here too: anything else shows as a failed delivery


def take(connection: psycopg.Connection, envelope: dict[str, Any]) -> None:
    """Store what the event says, and give points if the same content did not come before."""
    # Insert, and look whether it was inserted. To look first and insert then would let a copy that the other worker
    # has in its hands pass as well. Here that copy waits for the commit of the first, and then inserts nothing.
    insert = "INSERT INTO inbox VALUES (%s) ON CONFLICT DO NOTHING"
    if connection.execute(insert, [fingerprint(envelope)]).rowcount == 0:
        return
    if change := row_of(envelope):
        table, row = change
        connection.execute(_UPSERTS[table], row)
    if envelope.get("event") == "payment.completed":
        payment = envelope["data"]
        points = int(payment["paidAmount"]) // 100
        connection.execute("INSERT INTO points VALUES (%s, %s)", [payment["paymentId"], points])


if os.environ.get("STEPPAY_TEST_ROUTES") == "on":  # never in production: who finds them empties the shop

    @app.get("/test/state")
    def show_state() -> Any:
        """What the shop knows, without the versions: those are no business of the reader's."""
        with psycopg.connect(DATABASE, row_factory=dict_row) as connection:
            found = {
                "payments": "SELECT id, status, paid_amount::bigint AS paid FROM payments ORDER BY id",
                "subscriptions": "SELECT id, status FROM subscriptions ORDER BY id",
                "points": "SELECT * FROM points ORDER BY payment_id",
            }
            return jsonify({table: connection.execute(query).fetchall() for table, query in found.items()})

    @app.post("/test/reset")
    def reset() -> tuple[str, int]:
        """Empty the shop."""
        with psycopg.connect(DATABASE) as connection:
            for table in ("payments", "subscriptions", "inbox", "points"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - the names stand above
        return "", 204
