"""The sender makes faults too, many at once, and writes down what came of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from steppay_mock import SignatureError, SteppayMockError, scenario, verify
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.schedule import Deliver, plan
from steppay_mock.delivery.sender.sender import Sender

SECRET = "whsec_test"
STORY = scenario("subscription-renews", seed=7, renewals=1).events
FAULTS = ["wrong-secret", None, "body-reordered", "chunked", None, "v0-for-key", "secrets-rotated", "http-1.0"]
SCHEDULE = plan(STORY, [Deliver(event=place, fault=fault) for place, fault in enumerate(FAULTS)])


def right(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    request = Request(environ)
    status = 204
    try:
        body = request.get_data()
        verify(request.headers.get("Steppay-Signature"), body, [SECRET])
        json.loads(body)
    except (SignatureError, ValueError):
        status = 401
    return list(Response(status=status)(environ, start_response))


def credulous(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    Request(environ).get_data()
    return list(Response(status=204)(environ, start_response))


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_right_receiver_does_right_with_all_of_them(
    serve: Callable[[Any], str], tmp_path: Path, concurrency: int
) -> None:
    path = tmp_path / "journal.sqlite"
    report = Sender(serve(right), secret=SECRET, journal=path, concurrency=concurrency).send(SCHEDULE, seed=7)
    assert report.ok, str(report)
    assert report.statuses[401] == 2
    with Journal(path) as journal:
        rows = journal.ask("SELECT fault, state FROM deliveries WHERE run = 1 ORDER BY id")
    assert rows == [(fault, "SUCCESS") for fault in FAULTS]


def test_a_receiver_that_takes_everything_fails(serve: Callable[[Any], str]) -> None:
    report = Sender(serve(credulous), secret=SECRET).send(SCHEDULE, seed=7)
    assert not report.ok
    assert report.failed == 2


def test_what_cannot_be_shown_is_refused_before_anything_is_sent(serve: Callable[[Any], str]) -> None:
    for secret, fault, message in (
        (SECRET, "bad luck", "Unknown fault 'bad luck'"),
        (None, "wrong-secret", "is one of the signature"),
    ):
        sender = Sender(serve(right), secret=secret)
        with pytest.raises(SteppayMockError, match=message):
            sender.send(plan(STORY, [Deliver(event=0, fault=fault)]))


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_fault_of_the_call_is_one_of_every_delivery_that_has_none(
    serve: Callable[[Any], str], tmp_path: Path, concurrency: int
) -> None:
    path = tmp_path / "journal.sqlite"
    sender = Sender(serve(right), secret=SECRET, journal=path, concurrency=concurrency)
    sender.send(STORY, fault="body-spaced", order="shuffled", duplicates=0.5, seed=7).assert_ok()
    sender.send(SCHEDULE, fault="key-empty", seed=7).assert_ok()
    with Journal(path) as journal:
        first = journal.ask("SELECT DISTINCT fault FROM deliveries WHERE run = 1")
        second = journal.ask("SELECT fault FROM deliveries WHERE run = 2 ORDER BY id")
    assert first == [("body-spaced",)]
    assert second == [(fault or "key-empty",) for fault in FAULTS]


def test_a_fault_of_the_call_that_cannot_be_is_refused_before_anything_is_written(
    serve: Callable[[Any], str], tmp_path: Path
) -> None:
    for secret, fault, message in (
        (SECRET, "key-emty", "Unknown fault 'key-emty'. Did you mean 'key-empty'?"),
        (None, "key-empty", "is one of the signature"),
    ):
        with pytest.raises(SteppayMockError, match=message):
            Sender(serve(right), secret=secret, journal=tmp_path / "journal.sqlite").send(STORY, fault=fault)
    assert list(tmp_path.iterdir()) == []


def test_refusals_that_are_right_are_no_reason_to_doubt_the_secret(serve: Callable[[Any], str]) -> None:
    report = Sender(serve(right), secret=SECRET).send(STORY, fault="wrong-secret", order="reversed")
    assert report.ok
    assert report.warnings() == []
