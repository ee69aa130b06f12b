"""What a report says would notice a mistake does notice it: with the checks that it names, the card has a finding."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from steppay_mock import Scorecard, check_receiver
from steppay_mock.mutation.mistake import HandlerMutant
from steppay_mock.mutation.mutants import mutants_of

CODE = """\
import base64
import hmac
import json
import sqlite3
import time
from datetime import UTC, datetime

from flask import Flask, request

TOLERANCE = 300


def verify(header, body, secret):
    pairs = dict(pair.partition("=")[::2] for pair in header.split(","))
    sent, key = pairs.get("timestamp", ""), pairs.get("key", "")
    if not secret or not sent.isdecimal() or abs(time.time() - int(sent)) > TOLERANCE:
        return False
    digest = hmac.digest(secret.encode(), f"{sent}.".encode() + body, "sha256")
    keys = key.split(";")
    return any(hmac.compare_digest(base64.b64encode(digest), one.encode()) for one in keys)


def create_app(database, secret):
    app = Flask("shop")
    with sqlite3.connect(database) as connection:
        connection.execute("create table inbox (body text primary key)")
        connection.execute("create table payments (id integer primary key, status text, paid text, payer text)")
        connection.execute("create table points (payment integer)")

    @app.post("/webhooks/steppay")
    def receive():
        body = request.get_data()
        header = request.headers.get("Steppay-Signature")
        if header is None or not verify(header, body, secret):
            return "", 401
        try:
            event = json.loads(body)
            kind, data, at = event["event"], event["data"], event["timestamp"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return "", 400
        connection = sqlite3.connect(database)
        try:
            if is_copy(connection, body.decode()):
                return "", 200
            take(connection, kind, data, at + 0)
            connection.commit()
        finally:
            connection.close()
        return "", 200

    return app


def is_copy(connection, body):
    seen = connection.execute("select 1 from inbox where body = ?", [body]).fetchone()
    if not seen:
        connection.execute("insert into inbox values (?)", [body])
    return seen


def take(connection, kind, data, at):
    if not kind.startswith("payment."):
        return
    paid = data.get("paidAt")
    paid = datetime.fromisoformat(paid).replace(tzinfo=UTC).isoformat() if paid else None
    payer = (data.get("payer") or {}).get("name")
    row = [data["paymentId"], data["status"], paid, payer]
    connection.execute("insert or replace into payments values (?, ?, ?, ?)", row)
    if kind == "payment.completed":
        connection.execute("insert into points values (?)", [row[0]])
"""
CHECK = re.compile(r"[a-z-]+/[a-z0-9-]+")
BOUND = re.compile(r"by its check ((?:\S+ or )*\S+)")


def named(mutant: HandlerMutant) -> list[str]:
    """The checks that the notice names."""
    found = BOUND.search(mutant.notice)
    return [] if found is None else CHECK.findall(found[1])


MUTANTS = [one for one in mutants_of("shop.py", CODE) if named(one)]
CHECKS = sorted({check for mutant in MUTANTS for check in named(mutant)})


def checked(code: str, database: Path, checks: list[str]) -> Scorecard:
    """The card of the shop with this code, of these checks alone."""
    names: dict[str, Any] = {"__name__": "shop"}
    exec(compile(code, "shop.py", "exec"), names)
    app = names["create_app"](str(database), "whsec_test")

    def read(query: str) -> list[list[Any]]:
        with closing(sqlite3.connect(database)) as connection:
            return [list(row) for row in connection.execute(query)]

    def reset() -> None:
        with closing(sqlite3.connect(database)) as connection, connection:
            for table in ("inbox", "payments", "points"):
                connection.execute(f"delete from {table}")

    return check_receiver(
        app,
        secret="whsec_test",
        state=lambda: {name: read(f"select * from {name} order by 1") for name in ("payments", "points")},
        effects=lambda: read("select payment from points"),
        reset=reset,
        only=checks,
    )


def test_the_right_shop_passes_every_check_that_is_named(tmp_path: Path) -> None:
    card = checked(CODE, tmp_path / "shop.sqlite", CHECKS)
    assert {one.check.full_name: one.outcome for one in card.checks} == dict.fromkeys(CHECKS, "passed")


@pytest.mark.exhaustive
@pytest.mark.parametrize("mutant", [pytest.param(one, id=f"{one.line}-{one.name}") for one in MUTANTS])
def test_the_checks_that_are_named_find_the_mistake(mutant: HandlerMutant, tmp_path: Path) -> None:
    card = checked(mutant.after, tmp_path / "shop.sqlite", named(mutant))
    assert card.findings, (mutant.effect, mutant.diff, card.report())
