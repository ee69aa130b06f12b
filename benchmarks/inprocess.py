"""Measures deliveries to an app in process against posts of the test client of its framework.

Both start from the same events, whose bodies are made once and kept, and end with the answers' statuses: the webhooks
are signed and posted one by one. What is handed to a test client beforehand, ready to be posted, is shown beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from benchmarks.measure import Contender, Goal, Report, Timings, main, peer, table_of, take_turns
from steppay_mock import Event, deliver, make_events
from steppay_mock.delivery.address import DEFAULT_PATH
from steppay_mock.wire.headers import request_headers

if TYPE_CHECKING:
    from fastapi import FastAPI
    from flask import Flask
    from starlette.applications import Starlette

PACKAGES = ["flask", "werkzeug", "starlette", "fastapi", "httpx2"]
SECRET = "whsec_benchmark"
OURS = "deliver()"
FEW = 108  # what takes milliseconds is done with so many of the events

Post = Callable[[bytes, dict[str, str]], int]


def build(quick: bool) -> Report:  # noqa: FBT001 - the signature of `main`
    """Measure."""
    peer("httpx2")  # Starlette's test client needs it, and says so with a RuntimeError
    from benchmarks.apps import fastapi_app, flask_app, starlette_app

    events = make_events(seed=1, n=4 if quick else 40)  # of each type
    rounds = 3 if quick else 15
    with ExitStack() as open_clients:
        contests = {
            "Flask": _flask(events, flask_app()),
            "Starlette": _asgi(events, starlette_app(), open_clients),
            "FastAPI": _asgi(events, fastapi_app(), open_clients),
        }
        timings = {name: take_turns(contenders, rounds=rounds, turn=0) for name, contenders in contests.items()}
    title = f"One webhook to a {{}} app, of {len(events)} of all types"
    tables = [table_of(title.format(name), contenders, timings[name]) for name, contenders in contests.items()]
    goals = [_goal("Flask", contests, timings, wanted=2), _goal("Starlette", contests, timings, wanted=20)]
    return Report(tables, goals, PACKAGES)


def _goal(name: str, contests: dict[str, list[Contender]], timings: dict[str, Timings], *, wanted: float) -> Goal:
    client = contests[name][1].name
    return Goal(f"deliver() against {client}", ">=", wanted, "x", timings[name].ratio(client, OURS))


def _flask(events: list[Event], app: Flask) -> list[Contender]:
    client = app.test_client()

    def post(body: bytes, headers: dict[str, str]) -> int:
        return client.post(DEFAULT_PATH, data=body, headers=headers).status_code

    return [_ours(events, app), *_posting("Flask's test client", post, events)]


def _asgi(events: list[Event], app: Starlette | FastAPI, open_clients: ExitStack) -> list[Contender]:
    from starlette.testclient import TestClient

    entered, alone = open_clients.enter_context(TestClient(app)), TestClient(app)

    def post(body: bytes, headers: dict[str, str]) -> int:
        return int(entered.post(DEFAULT_PATH, content=body, headers=headers).status_code)

    def post_alone(body: bytes, headers: dict[str, str]) -> int:
        return int(alone.post(DEFAULT_PATH, content=body, headers=headers).status_code)

    name = "Starlette's test client"
    return [
        _ours(events, app),
        *_posting(name, post, events[:FEW]),
        _posting(f"{name}, a loop for each", post_alone, events[:FEW])[0],
    ]


def _ours(events: list[Event], app: Flask | Starlette | FastAPI) -> Contender:
    def run() -> None:
        deliver(events, to=app, secret=SECRET).assert_ok()

    return Contender(name=OURS, run=run, operations=len(events))


def _posting(name: str, post: Post, events: list[Event]) -> list[Contender]:
    """The client, with all the work to do; and with nothing left to do but to post."""
    ready = [_written(event) for event in events]

    def post_events() -> None:
        for event in events:
            assert post(*_written(event)) == 200

    def post_ready() -> None:
        for body, headers in ready:
            assert post(body, headers) == 200

    return [
        Contender(name=name, run=post_events, operations=len(events)),
        Contender(name=f"{name}, only posting", run=post_ready, operations=len(events)),
    ]


def _written(event: Event) -> tuple[bytes, dict[str, str]]:
    body = event.body
    return body, request_headers(body, secret=SECRET)


if __name__ == "__main__":
    main(__doc__, build)
