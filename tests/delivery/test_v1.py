"""A webhook v1 is delivered with its content type and without a signature, through every door (fact 52)."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs

import pytest
from delivery.lambdas import KINDS, headers_of
from fastapi import FastAPI, Request
from flask import Flask, request

from steppay_mock import (
    Endpoint,
    Event,
    Schedule,
    Sender,
    SteppayMockError,
    V1Event,
    deliver,
    lambda_app,
    make_v1_event,
    scenario,
    schedule,
    verify,
)

SECRET = "whsec_test"
FORMS: tuple[Literal["json", "form"], ...] = ("json", "form")
TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
Taken = list[tuple[str, dict[str, Any]]]


def mixed(v1_form: Literal["json", "form"] = "form") -> list[Event]:
    return list(scenario("webhook-v1-beside-v2", seed=7, v1_form=v1_form))


def expected(events: list[Event]) -> Taken:
    return [(str(event.type), event.data) for event in events]


def read(content_type: str, signature: str | None, body: bytes) -> tuple[str, dict[str, Any]]:
    """What a right receiver of both makes of a request: v2 is signed, v1 is not."""
    if signature is not None:
        verify(signature, body, SECRET)
        webhook = json.loads(body)
        return webhook["event"], webhook["data"]
    if content_type == TYPES["form"]:
        fields: dict[str, Any] = {name: value for name, [value] in parse_qs(body.decode()).items()}
        fields |= {name: int(fields[name]) for name in ("id", "orderId") if name in fields}
    else:
        assert content_type == TYPES["json"]
        fields = json.loads(body)
    return ("v1.order" if "webHookType" in fields else "v1.subscription"), fields


def flask_shop(taken: Taken) -> Flask:
    app = Flask("shop")

    @app.post("/webhooks/steppay")
    def webhook() -> tuple[str, int]:
        body = request.get_data()
        taken.append(read(request.mimetype, request.headers.get("Steppay-Signature"), body))
        return "", 204

    return app


@pytest.mark.parametrize("v1_form", FORMS)
def test_a_flask_app_gets_both(v1_form: Literal["json", "form"]) -> None:
    taken: Taken = []
    events = mixed(v1_form)
    deliver(events, to=flask_shop(taken), secret=SECRET).assert_ok()
    assert taken == expected(events)


def test_flask_reads_the_form_by_its_content_type() -> None:
    app = Flask("shop")

    @app.post("/webhooks/steppay")
    def webhook() -> dict[str, str]:
        return request.form.to_dict()

    [outcome] = deliver([make_v1_event("order", data={"orderId": 42}, v1_form="form")], to=app)
    assert json.loads(outcome.body) == {"webHookType": "PAYMENT", "orderId": "42"}


@pytest.mark.parametrize("v1_form", FORMS)
def test_a_fastapi_app_gets_both(v1_form: Literal["json", "form"]) -> None:
    taken: Taken = []
    app = FastAPI()

    @app.post("/webhooks/steppay")
    async def webhook(request: Request) -> None:
        headers = request.headers
        taken.append(read(headers["content-type"], headers.get("steppay-signature"), await request.body()))

    events = mixed(v1_form)
    deliver(events, to=app, secret=SECRET).assert_ok()
    assert taken == expected(events)


@pytest.mark.parametrize("kind", KINDS)
def test_a_lambda_handler_gets_both(kind: Any) -> None:
    taken: Taken = []

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        body = event.get("body") or ""
        raw = base64.b64decode(body) if event["isBase64Encoded"] else body.encode()
        headers = headers_of(event)
        taken.append(read(headers["content-type"], headers.get("steppay-signature"), raw))
        return {"statusCode": 204}

    events = mixed()
    deliver(events, to=lambda_app(handler, kind=kind), secret=SECRET).assert_ok()
    assert taken == expected(events)


@pytest.mark.parametrize("v1_form", FORMS)
def test_a_sender_sends_both_over_http_and_again_from_its_journal(
    v1_form: Literal["json", "form"], serve: Callable[[Any], str], tmp_path: Path
) -> None:
    taken: Taken = []
    url = serve(flask_shop(taken)) + "/webhooks/steppay"
    events = mixed(v1_form)
    journal = tmp_path / "deliveries.sqlite"
    sender = Sender(url, secret=SECRET, journal=journal, concurrency=1)
    assert sender.send(events).ok
    assert taken == expected(events)
    with closing(sqlite3.connect(journal)) as connection, connection:
        kept = connection.execute("SELECT type, timestamp, body FROM events ORDER BY id").fetchall()
    assert kept == [(str(event.type), event.timestamp, event.body) for event in events]
    taken.clear()
    again = [Event.from_bytes(bytes(body)) for _, _, body in kept]
    assert Sender(url, secret=SECRET, concurrency=1).send(again).ok
    assert taken == expected(events)


def test_a_run_that_was_stopped_goes_on_with_the_same_requests(serve: Callable[[Any], str], tmp_path: Path) -> None:
    taken: Taken = []
    url = serve(flask_shop(taken)) + "/webhooks/steppay"
    events = mixed()
    sender = Sender(url, secret=SECRET, journal=tmp_path / "deliveries.sqlite", concurrency=1)
    stopped = sender.send(events, watch=lambda _progress: sender.stop() if len(taken) >= 5 else None)
    assert 5 <= len(taken) < len(events) == stopped.planned
    [report] = Sender(url, secret=SECRET, journal=tmp_path / "deliveries.sqlite", concurrency=1).resume()
    assert report.ok
    assert taken == expected(events)


def test_each_version_can_have_its_own_endpoint(serve: Callable[[Any], str]) -> None:
    of_v1: Taken = []
    of_v2: Taken = []
    events = mixed()
    sender = Sender(
        [
            Endpoint(url=serve(flask_shop(of_v1)) + "/webhooks/steppay", events=["v1.*"], name="v1"),
            Endpoint(
                url=serve(flask_shop(of_v2)) + "/webhooks/steppay",
                events=["order.*", "payment.*", "subscription.*"],
                secret=SECRET,
                name="v2",
            ),
        ],
        concurrency=1,
    )
    assert sender.send(events).ok
    assert of_v1 == [one for one in expected(events) if one[0].startswith("v1.")]
    assert of_v2 == [one for one in expected(events) if not one[0].startswith("v1.")]


def test_a_payload_by_hand_is_sent_as_one_of_v1() -> None:
    taken: Taken = []
    report = deliver([{"id": 1, "status": "ACTIVE"}], to=flask_shop(taken), secret=SECRET)
    report.assert_ok()
    assert [str(outcome.event.type) for outcome in report] == ["v1.subscription"]
    assert taken == [("v1.subscription", {"id": 1, "status": "ACTIVE"})]


def test_a_fault_of_a_run_leaves_v1_as_it_is_and_a_step_cannot_have_one() -> None:
    seen: list[tuple[str | None, str | None]] = []

    def receiver(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        signature = environ.get("HTTP_STEPPAY_SIGNATURE")
        seen.append((environ["CONTENT_TYPE"], signature))
        try:
            read(environ["CONTENT_TYPE"], signature, environ["wsgi.input"].read())
        except AssertionError:
            start_response("401 Unauthorized", [])
        else:
            start_response("204 No Content", [])
        return []

    events = mixed()
    report = deliver(events, to=receiver, secret=SECRET, fault="wrong-secret")
    report.assert_ok()
    plain = [outcome.event.type for outcome in report if outcome.fault is None]
    assert plain == [event.type for event in events if isinstance(event, V1Event)]
    steps = [schedule.Deliver(event=0, fault="wrong-secret")]
    with pytest.raises(SteppayMockError, match=r"is a wrong form of webhook v2, and v1\.order is of v1"):
        deliver(schedule.plan([make_v1_event("order")], steps), to=receiver, secret=SECRET)


@pytest.mark.parametrize("order", ["shuffled", "reversed", "entities", "busy-second"])
def test_every_order_and_duplicates_work(order: Any) -> None:
    taken: Taken = []
    events = mixed()
    deliver(events, to=flask_shop(taken), secret=SECRET, order=order, duplicates=1.0, seed=7).assert_ok()
    assert sorted(map(repr, taken)) == sorted(map(repr, [*expected(events), *expected(events)]))


def test_a_schedule_keeps_its_form_and_its_time(tmp_path: Path) -> None:
    events = mixed()
    made = schedule.shuffle(events, seed=7)
    made.write(tmp_path / "schedule.json")
    read_again = Schedule.read(tmp_path / "schedule.json")
    assert read_again.events == made.events
    assert [event.body for event in read_again.events] == [event.body for event in made.events]
    by_hand = {"version": 1, "events": [{"id": 1, "status": "ACTIVE"}], "steps": [{"do": "deliver", "event": 0}]}
    assert Schedule.from_dict(by_hand).events[0].type == "v1.subscription"
