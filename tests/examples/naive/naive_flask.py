"""The shop of examples/apps/flask_points.py with an inbox that looks first and inserts then."""

from __future__ import annotations

from typing import Any

import flask_points
import psycopg
from steppay_webhook import fingerprint, row_of


def take(connection: psycopg.Connection, envelope: dict[str, Any]) -> None:
    known = connection.execute("SELECT 1 FROM inbox WHERE fingerprint = %s", [fingerprint(envelope)]).fetchone()
    if known:
        return
    if change := row_of(envelope):
        table, row = change
        connection.execute(flask_points._UPSERTS[table], row)
    if envelope["event"] == "payment.completed":
        payment = envelope["data"]
        points = int(payment["paidAmount"]) // 100
        connection.execute("INSERT INTO points VALUES (%s, %s)", [payment["paymentId"], points])
    # What came at the same time did the same, and this says nothing.
    connection.execute("INSERT INTO inbox VALUES (%s) ON CONFLICT DO NOTHING", [fingerprint(envelope)])


flask_points.take = take
app = flask_points.app
