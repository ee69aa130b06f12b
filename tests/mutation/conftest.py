"""Small projects of users, with a receiver and tests, and the command that makes mistakes in them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from cli.conftest import Done, run_command

INI = "[pytest]\naddopts = -p pytest_steppay.plugin -p no:cacheprovider\npythonpath = .\n"

SHOP = '''\
"""A shop that gives points for payments."""

import json
import sqlite3

from flask import Flask, request

from steppay_mock import SignatureError, verify

SECRET = "whsec_test"


def create_app(database):
    app = Flask("shop")
    with sqlite3.connect(database) as connection:
        connection.execute("create table inbox (body text primary key)")
        connection.execute("create table payments (id integer primary key, status text, version text)")
        connection.execute("create table points (payment integer)")

    @app.post("/webhooks/steppay")
    def receive():
        body = request.get_data()
        try:
            verify(request.headers.get("Steppay-Signature"), body, SECRET)
        except SignatureError:
            return "", 401
        event = json.loads(body)
        connection = sqlite3.connect(database)
        try:
            take(connection, event, body.decode())
            connection.commit()
        finally:
            connection.close()
        return "", 200

    return app


def take(connection, event, body):
    if connection.execute("select 1 from inbox where body = ?", [body]).fetchone():
        return
    connection.execute("insert into inbox values (?)", [body])
    if not event["event"].startswith("payment."):
        return
    data = event["data"]
    payment, version = data["paymentId"], f"{event['timestamp']:012}.{body}"
    old = connection.execute("select version from payments where id = ?", [payment]).fetchone()
    if old is None or version > old[0]:
        connection.execute("insert or replace into payments values (?, ?, ?)", [payment, data["status"], version])
    if event["event"] == "payment.completed":
        connection.execute("insert into points values (?)", [payment])
'''

FIXTURES = """\
import sqlite3

import pytest
from shop import create_app


@pytest.fixture
def database(tmp_path):
    return str(tmp_path / "shop.sqlite")


@pytest.fixture
def steppay_target(database):
    return create_app(database)


@pytest.fixture
def rows(database):
    def read():
        connection = sqlite3.connect(database)
        try:
            payments = connection.execute("select id, status from payments order by id").fetchall()
            points = connection.execute("select payment from points order by payment").fetchall()
            return {"payments": [list(row) for row in payments], "points": [row[0] for row in points]}
        finally:
            connection.close()

    return read


@pytest.fixture
def reset(database):
    def empty():
        connection = sqlite3.connect(database)
        for table in ("inbox", "payments", "points"):
            connection.execute(f"delete from {table}")
        connection.commit()
        connection.close()

    return empty
"""

WEAK = """\
def test_a_payment_is_taken(steppay):
    steppay.deliver(steppay.event("payment.completed")).assert_ok()
"""

Mutate = Callable[..., Done]
Project = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Write the files of a project, and go there."""
    # The plugins of these tests take most of the start of each pytest; a project has those that it names.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for variable in ("PYTEST_ADDOPTS", "STEPPAY_WEBHOOK_SECRET", "STEPPAY_MOCK_TO"):
        monkeypatch.delenv(variable, raising=False)

    folder = tmp_path / "for copies"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))

    def write(files: Mapping[str, str], *, name: str = "project", ini: str = INI) -> Path:
        root = tmp_path / name
        for path, text in {"pytest.ini": ini, **files}.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        monkeypatch.chdir(root)
        return root

    return write


@pytest.fixture
def mutate() -> Mutate:
    """Run the command for a module."""

    def run(module: str, *words: str) -> Done:
        return run_command("check", "--mutate", module, *words)

    return run
