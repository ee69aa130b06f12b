"""The plugin under test, run by pytester."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module

import pytest

from steppay_mock import make_event, validate

# Loaded here because runs in process drop what they load, and some of it (rpds) cannot be loaded twice.
for name in ("delivery.deliver", "ordering.explore", "ordering.replay", "ordering.report.text", "rest.api"):
    import_module(f"steppay_mock.{name}")
for name in ("freezegun", "time_machine"):  # which keep what they replaced
    import_module(name)
import_module("responses")  # and with it requests, which must not know another http.cookiejar than the other tests
validate(make_event("payment.completed", seed=1), validator="jsonschema")
validate(make_event("payment.completed", seed=1))

Run = Callable[..., pytest.RunResult]

SHOP = """
    import os
    from flask import Flask, request
    from steppay_mock import SignatureError, verify

    def create_app(secret=None):
        app = Flask("shop")
        app.seen = []

        @app.post("/webhooks/steppay")
        def steppay():
            try:
                verify(request.headers.get("Steppay-Signature"), request.get_data(), secret or "whsec_test")
            except SignatureError:
                return "the signature does not match", 401
            app.seen.append(request.json["event"])
            return "", 500 if request.json["event"] == "payment.failed" else 200

        return app

    app = create_app()
"""

LEDGER = """
    import json

    rows = {}
    show, reset = rows.copy, rows.clear

    def take(body, start_response, *, is_right):
        payload = json.loads(body)
        if payload["event"].startswith("payment."):
            number, status = payload["data"]["paymentId"], payload["data"]["status"]
            if not is_right or rows.get(number) != "COMPLETE":
                rows[number] = status
        start_response("204 No Content", [])
        return []

    def read(environ):
        return environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))

    def right(environ, start_response):
        if environ["PATH_INFO"] != "/webhooks/steppay":
            start_response("404 Not Found", [])
            return []
        return take(read(environ), start_response, is_right=True)

    def stale(environ, start_response):
        return take(read(environ), start_response, is_right=False)

    def create_app():
        reset()
        return right

    def broken():
        return {}["rows"]
"""


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What whoever runs the tests asks of pytest is for the tests, and not for the runs within them."""
    # With CI or BUILD_NUMBER pytest does not shorten its summary, and says some things twice.
    for name in ("PYTEST_ADDOPTS", "CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _no_event_loop_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the event loops that runs of pytest in this process leave open.

    pytest-asyncio asks for the current loop, which makes one. Its sockets would fail whatever test runs when Python
    finds them. From 3.14 on, asking makes none.
    """
    if sys.version_info >= (3, 14):
        yield
        return
    made = []
    policy = type(asyncio.get_event_loop_policy())
    make = policy.new_event_loop

    def make_and_note(self: asyncio.AbstractEventLoopPolicy) -> asyncio.AbstractEventLoop:
        made.append(make(self))
        return made[-1]

    monkeypatch.setattr(policy, "new_event_loop", make_and_note)
    yield
    for loop in made:
        if not loop.is_running():
            loop.close()


# Other plugins cost more than all that is tested here: Hypothesis alone is imported anew by every run in process.
# And pytest-asyncio warns of a setting that these runs do not have.
_COSTLY = ("hypothesispytest", "faker", "anyio", "asyncio", "cacheprovider", "timeout", "rerunfailures")
_UNASKED = ("pytest_httpx", "requests_mock", "respx", "socket", "pytest_cov", "time_machine")
_WITHOUT = [f"-pno:{name}" for name in (*_COSTLY, *_UNASKED)]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """A run of pytest in this process, in the order of the file."""
    return partial(pytester.runpytest_inprocess, *_WITHOUT, "-pno:randomly", "-pno:xdist")


@pytest.fixture
def run_apart(pytester: pytest.Pytester) -> Run:
    """A run of pytest in a process of its own, where xdist is at hand; tests are in random order with -p randomly."""
    return partial(pytester.runpytest_subprocess, *_WITHOUT, "-pno:randomly")


@pytest.fixture
def shop(pytester: pytest.Pytester) -> None:
    """A module ``shop`` with an app and a factory, on the path of the run."""
    pytester.makepyfile(shop=SHOP)
    pytester.syspathinsert()


@pytest.fixture
def ledger(pytester: pytest.Pytester) -> None:
    """A module ``ledger`` with a receiver that keeps payments and is ``right``, and one that takes the last to come."""
    pytester.makepyfile(ledger=LEDGER)
    pytester.syspathinsert()
