"""The example receivers accept the webhooks of StepPay, and refuse all others."""

from __future__ import annotations

import asyncio
import inspect
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from serving import Serve

from steppay_mock import EventType, deliver, make_event, make_events, sign

if TYPE_CHECKING:
    from pathlib import Path

    from examples.conftest import Load, Receiver

SECRET = "whsec_test"
PATH = "/webhooks/steppay"
NOTHING: dict[str, list[Any]] = {"subscriptions": [], "payments": [], "inbox": []}


def post(app: Any, body: bytes, signature: str) -> int:
    """The status that a WSGI or ASGI application answers to exactly these bytes."""
    if inspect.iscoroutinefunction(type(app).__call__):
        return asyncio.run(post_asgi(app, body, signature))
    from werkzeug.test import Client

    with Client(app).post(PATH, data=body, headers={"Steppay-Signature": signature}) as response:
        return response.status_code


async def post_asgi(app: Any, body: bytes, signature: str) -> int:
    statuses = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = [(b"content-type", b"application/json"), (b"steppay-signature", signature.encode())]
    await app({"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": headers}, receive, send)
    return int(statuses[0])


def post_signed(receiver: Receiver, body: bytes) -> int:
    return post(receiver.app, body, sign(body, SECRET, timestamp=int(time.time())))


@pytest.mark.parametrize(
    ("order", "seed"), [("occurrence", None), ("reversed", None), ("shuffled", 1), ("shuffled", 2), ("shuffled", 3)]
)
def test_every_event_type_is_answered_2xx_and_the_order_changes_nothing(
    receiver: Receiver, order: str, seed: int | None
) -> None:
    events = make_events(seed=11)
    assert {event.type for event in events} == set(EventType)
    report = receiver.deliver(events + events, order=order, seed=seed)
    assert [outcome.status for outcome in report] == [200] * 54
    in_order = receiver.everything()
    receiver.clear()
    assert receiver.deliver(events).ok
    assert receiver.everything() == in_order
    assert len(in_order["inbox"]) == 27


def test_flask_takes_every_event_type_over_http(load: Load, serve: Serve, tmp_path: Path) -> None:
    app = load("flask_app").create_app(str(tmp_path / "receiver.sqlite3"), SECRET)
    report = deliver(make_events(seed=5), to=serve(app) + PATH, secret=SECRET, order="shuffled", seed=5)
    assert [outcome.status for outcome in report] == [200] * 27


def test_django_works_as_an_asgi_application_too(load: Load, tmp_path: Path) -> None:
    app = load("django_app").create_asgi_app(str(tmp_path / "receiver.sqlite3"), SECRET)
    assert deliver(make_events(seed=5), to=app, secret=SECRET, order="shuffled", seed=5).ok


def test_a_forged_signature_is_refused_and_nothing_is_stored(receiver: Receiver) -> None:
    report = receiver.deliver(make_events(seed=1), secret="somebody else's")
    assert {outcome.status for outcome in report} == {401}
    assert receiver.everything() == NOTHING


@pytest.mark.parametrize("signature", ["", "key=", "timestamp=1,key=AAA=", "nonsense", "timestamp=²,key=ü", "=,=,="])
def test_a_header_that_proves_nothing_is_refused(receiver: Receiver, signature: str) -> None:
    body = make_event("payment.completed", seed=1).body
    assert post(receiver.app, body, signature) == 401
    assert receiver.everything() == NOTHING


@pytest.mark.parametrize("age", [-400, 400])
def test_a_signature_of_another_time_is_refused(receiver: Receiver, age: int) -> None:
    body = make_event("payment.completed", seed=1).body
    assert post(receiver.app, body, sign(body, SECRET, timestamp=int(time.time()) - age)) == 401
    assert receiver.everything() == NOTHING


def test_a_body_that_was_changed_after_signing_is_refused(receiver: Receiver) -> None:
    body = make_event("payment.completed", seed=1).body
    signature = sign(body, SECRET, timestamp=int(time.time()))
    assert post(receiver.app, body + b" ", signature) == 401
    assert post(receiver.app, body, signature) == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"text"', b"{", b"\xff\xfe", b"a=1&b=2"])
def test_a_body_that_is_not_a_json_object_is_400(receiver: Receiver, body: bytes) -> None:
    assert post_signed(receiver, body) == 400
    assert receiver.everything() == NOTHING


@pytest.mark.parametrize("event", ["subscription.transferred", "payment.disputed", "gift.sent", ""])
def test_an_event_type_of_tomorrow_is_taken(receiver: Receiver, event: str) -> None:
    payload = {"timestamp": 1706002316, "version": "v2", "event": event, "data": {"new": [1]}, "isTest": True}
    assert receiver.deliver(payload).ok
    assert receiver.rows("inbox")[0]["event"] == event
    assert receiver.rows("subscriptions") == receiver.rows("payments") == []


@pytest.mark.parametrize("event_type", ["subscription.updated", "payment.completed"])
def test_a_field_and_a_status_of_tomorrow_are_taken(receiver: Receiver, event_type: str) -> None:
    payload = make_event(event_type, seed=3).payload
    payload = payload | {"traceId": "new", "data": payload["data"] | {"status": "NEW", "new": {"deep": [1]}}}
    assert receiver.deliver(payload).ok
    [row] = receiver.rows(f"{event_type.partition('.')[0]}s")
    assert row["status"] == "NEW"


@pytest.mark.parametrize("event_type", list(EventType))
def test_nulls_that_are_absent_and_explicit_are_the_same(receiver: Receiver, event_type: EventType) -> None:
    assert receiver.deliver(make_event(event_type, seed=4, nulls="omit")).ok
    absent = receiver.everything()
    assert receiver.deliver(make_event(event_type, seed=4, nulls="null")).ok
    assert receiver.everything() == absent
    assert len(absent["inbox"]) == 1


def test_a_field_that_became_null_is_forgotten(receiver: Receiver) -> None:
    events = [
        {
            "timestamp": 1706002316 + second,
            "version": "v1",
            "event": "subscription.updated",
            "data": {"subscriptionId": 5, "status": "ACTIVE"} | dates,
        }
        for second, dates in enumerate([{"nextPaymentDate": "2024-02-23T09:31:56"}, {}])
    ]
    assert receiver.deliver(events).ok
    assert [row["next_payment_date"] for row in receiver.rows("subscriptions")] == [None]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-06-19T06:19:55", datetime(2023, 6, 19, 6, 19, 55, tzinfo=UTC)),
        ("2023-06-19T06:19:55.4", datetime(2023, 6, 19, 6, 19, 55, 400000, tzinfo=UTC)),
        ("2023-06-19T06:19:55.403711", datetime(2023, 6, 19, 6, 19, 55, 403711, tzinfo=UTC)),
        ("2023-06-19T06:19:55.403711999", datetime(2023, 6, 19, 6, 19, 55, 403711, tzinfo=UTC)),
    ],
)
def test_a_local_date_time_is_utc_with_any_number_of_digits(receiver: Receiver, text: str, moment: datetime) -> None:
    assert receiver.deliver(make_event("subscription.created", seed=2, data={"nextPaymentDate": text})).ok
    assert [row["next_payment_date"] for row in receiver.rows("subscriptions")] == [moment]


@pytest.mark.parametrize("order_id", ["17", "A-0017", "주문 17", "0017"])
def test_the_order_id_of_a_payment_stays_text(receiver: Receiver, order_id: str) -> None:
    facts = {"orderId": order_id, "paidAmount": 12.34, "paymentId": 2**63 - 1}
    assert receiver.deliver(make_event("payment.completed", seed=2, data=facts)).ok
    [row] = receiver.rows("payments")
    assert (row["id"], row["order_id"], row["paid_amount"]) == (2**63 - 1, order_id, Decimal("12.34"))


def test_a_resend_with_a_newer_signature_changes_nothing(receiver: Receiver) -> None:
    event = make_event("payment.completed", seed=2)
    earlier = sign(event.body, SECRET, timestamp=int(time.time()) - 100)
    assert post(receiver.app, event.body, earlier) == 200
    once = receiver.everything()
    assert post_signed(receiver, event.body) == 200
    assert receiver.everything() == once


def test_fastapi_takes_its_settings_from_the_environment(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPPAY_DATABASE", str(tmp_path / "receiver.sqlite3"))
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", SECRET)
    app = load("fastapi_app").from_environment()
    assert deliver(make_event("payment.completed", seed=1), to=app, secret=SECRET).ok
