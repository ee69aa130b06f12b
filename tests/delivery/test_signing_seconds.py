"""A copy is signed at a second of its own, as a resend is, unless the same request is sent again (facts 19 and 22)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from delivery.counting import OK, Counting, status
from serving import Serve

from steppay_mock import Endpoint, Event, Sender, deliver, deliver_async, make_event, make_events, verify
from steppay_mock.delivery.schedule import Again, Deliver, Overlap, Step, duplicate, in_order, plan
from steppay_mock.delivery.sender.clock import Clock
from steppay_mock.delivery.signing_seconds import SigningMemory, SigningSeconds

SECRET = "whsec_test"
NOW = 1_706_002_316
STOPPED = Clock(now=lambda: NOW + 0.5)
PAID = make_event("payment.completed", seed=7)


class Shop:
    """A WSGI app that gives a point for each payment.completed that it does not know by ``key``."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.known: set[Any] = set()
        self.points = 0
        self.signatures: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        header = environ["HTTP_STEPPAY_SIGNATURE"]
        verify(header, body, [SECRET], tolerance=60, now=datetime.fromtimestamp(NOW, UTC))
        self.signatures.append(header)
        key = header if self.key == "signature" else body
        if key not in self.known:
            self.known.add(key)
            self.points += json.loads(body)["event"] == "payment.completed"
        start_response("204 No Content", [])
        return []


@pytest.fixture(params=["in process", "over HTTP"])
def mounted(request: pytest.FixtureRequest, serve: Serve) -> Callable[[Any], Any]:
    return lambda app: app if request.param == "in process" else serve(app)


SENT: dict[str, Callable[[Any], Any]] = {
    "duplicates": lambda to: deliver([PAID], to=to, secret=SECRET, clock=STOPPED, duplicates=1.0),
    "twice in a list": lambda to: deliver([PAID, PAID], to=to, secret=SECRET, clock=STOPPED),
    "a schedule": lambda to: deliver(
        duplicate(in_order([PAID]), share=1, seed=1, late=False), to=to, secret=SECRET, clock=STOPPED
    ),
    "in a loop": lambda to: asyncio.run(deliver_async([PAID], to=to, secret=SECRET, clock=STOPPED, duplicates=1.0)),
}


@pytest.mark.parametrize("way", SENT)
def test_deliver_shows_a_receiver_that_only_remembers_signatures(mounted: Callable[[Any], Any], way: str) -> None:
    wrong, right = Shop("signature"), Shop("body")
    for shop in (wrong, right):
        SENT[way](mounted(shop)).assert_ok()
    assert (wrong.points, right.points) == (2, 1)


@pytest.mark.parametrize("concurrency", [1, 8])
def test_a_sender_shows_it_too(serve: Serve, journal: str | None, concurrency: int) -> None:
    wrong, right = Shop("signature"), Shop("body")
    for shop in (wrong, right):
        sender = Sender(serve(shop), secret=SECRET, journal=journal, clock=STOPPED, concurrency=concurrency)
        sender.send([PAID], duplicates=1.0).assert_ok()
    assert (wrong.points, right.points) == (2, 1)


def test_the_same_request_again_is_a_kind_of_its_own(mounted: Callable[[Any], Any]) -> None:
    shop = Shop("signature")
    schedule = duplicate(in_order([PAID]), share=1, seed=1, how="same")
    deliver(schedule, to=mounted(shop), secret=SECRET, clock=STOPPED).assert_ok()
    assert len(shop.signatures) == 2
    assert (len(set(shop.signatures)), shop.points) == (1, 1)


def seconds_of(receiver: Shop) -> list[int]:
    return [int(one.partition(",")[0].removeprefix("timestamp=")) - NOW for one in receiver.signatures]


def test_a_repeat_is_signed_a_second_after_the_copy_before_it_and_nothing_else_is_moved() -> None:
    shop, other = Shop("body"), make_event("order.created", seed=7)
    steps: list[Step] = [
        Deliver(event=0),
        Again(event=0),
        Again(event=0, how="same"),
        Deliver(event=1),
        Again(event=0),
        Overlap(events=(0, 1)),
        Again(event=0, how="restamped", stamp=5),
    ]
    deliver(plan([PAID, other], steps[:5] + steps[6:]), to=shop, secret=SECRET, clock=STOPPED).assert_ok()
    assert seconds_of(shop) == [0, 1, 0, 0, 2, 0]
    beside = Shop("body")
    deliver(plan([PAID, other], [Overlap(events=(0, 1, 0))]), to=beside, secret=SECRET, clock=STOPPED).assert_ok()
    assert sorted(seconds_of(beside)) == [0, 0, 1]


def test_the_same_body_for_another_endpoint_is_no_repeat(receiver: Counting, journal: str | None) -> None:
    endpoints = [Endpoint(url=receiver.url, name=name, secret=SECRET) for name in ("a", "b")]
    Sender(endpoints, journal=journal, clock=STOPPED).send(make_events(n=2, seed=7)[:9]).assert_ok()
    assert {one.signature.partition(",")[0] for one in receiver.got} == {f"timestamp={NOW}"}


def test_a_run_that_is_resumed_knows_what_was_signed_before(receiver: Counting, tmp_path: Path) -> None:
    sender = Sender(receiver.url, secret=SECRET, journal=tmp_path / "journal.sqlite", clock=STOPPED)
    schedule = plan([PAID], [Deliver(event=0), Again(event=0), Again(event=0)])
    assert sender.send(schedule, watch=lambda progress: sender.stop() if progress.answers else None).stopped
    assert len(receiver.got) == 1
    [report] = sender.resume()
    report.assert_ok()
    assert [one.signature.partition(",")[0] for one in receiver.got] == [f"timestamp={NOW + n}" for n in range(3)]


def test_a_run_knows_what_earlier_runs_of_the_journal_signed_for_the_receiver(
    receiver: Counting, tmp_path: Path
) -> None:
    other, path = make_event("order.created", seed=7), tmp_path / "journal.sqlite"

    def sent(event: Event, *, name: str = "shop", journal: Path | None = path) -> int:
        receiver.got.clear()
        endpoint = Endpoint(url=receiver.url, name=name, secret=SECRET)
        Sender([endpoint], journal=journal, clock=STOPPED).send([event]).assert_ok()
        [one] = receiver.got
        return int(one.signature.partition(",")[0].removeprefix("timestamp=")) - NOW

    assert [sent(PAID), sent(PAID), sent(other), sent(PAID)] == [0, 1, 0, 2]
    assert sent(PAID, name="another") == 0
    assert sent(PAID, journal=None) == 0
    assert sent(PAID, journal=tmp_path / "new.sqlite") == 0


def test_a_retry_within_the_second_is_signed_a_second_later_too(receiver: Counting, journal: str | None) -> None:
    receiver.answer = lambda _got: OK if len(receiver.got) == 2 else status(503)
    sender = Sender(receiver.url, secret=SECRET, journal=journal, clock=STOPPED, retries=[0.01])
    sender.send([PAID]).assert_ok()
    assert [one.signature.partition(",")[0] for one in receiver.got] == [f"timestamp={NOW}", f"timestamp={NOW + 1}"]


def test_seconds_that_are_past_count_no_more() -> None:
    seconds = SigningSeconds()
    assert [seconds.take(b"a", 100.5) for _ in range(3)] == [100.5, 101, 102]
    assert seconds.take(b"b", 100.9) == 100.9
    assert seconds.take(b"a", 100.9, endpoint=2) == 100.9
    assert seconds.take(b"a", 102.25) == 103
    assert seconds.take(b"b", 102.25) == 102.25
    assert seconds.take(b"a", 104.0) == 104.0


def test_a_copy_is_never_signed_more_than_a_minute_early() -> None:
    seconds = SigningSeconds()
    taken = [seconds.take(b"a", 1000.5) for _ in range(300)]
    assert len(set(taken[:61])) == 61
    assert max(taken) == 1060
    assert min(taken) == 1000.5
    # A clock that was set back by an hour: no signature of then is ahead of it.
    assert seconds.take(b"a", 500.5) == 500.5
    assert seconds.take(b"a", 500.5) == 501


def test_a_resumed_run_begins_with_what_it_was_told() -> None:
    seconds = SigningSeconds([(1, b"a", 100), (1, b"a", 101), (2, b"b", 100)])
    assert seconds.take(b"a", 100.5) == 102
    assert seconds.take(b"b", 100.5) == 100.5
    assert seconds.take(b"b", 100.5, endpoint=2) == 101
    assert SigningSeconds([(1, b"a", 100)]).take(b"a", 99.5) == 101
    assert SigningSeconds([(1, b"a", 100)]).take(b"a", 101.0) == 101.0


@pytest.mark.parametrize("how", ["same", "resigned"])
def test_a_captured_body_is_repeated_byte_for_byte(how: Any) -> None:
    captured = Event.from_bytes(b'{"event":"payment.completed","timestamp":1e2,"data":{"a":"\\uae40"}}')
    shop = Shop("signature")
    deliver(duplicate(in_order([captured]), share=1, seed=1, how=how), to=shop, secret=SECRET, clock=STOPPED)
    assert len(set(shop.signatures)) == (1 if how == "same" else 2)


def test_runs_of_one_process_know_of_each_other_without_a_journal() -> None:
    memory = SigningMemory()
    asked: list[int] = []

    def known() -> list[tuple[int, bytes, int]]:
        asked.append(len(asked))
        return [(1, b"before", NOW), (9, b"other", NOW)]

    first = memory.of_run({1: ("shop", "http://a")}, known)
    assert first.take(b"before", NOW) == NOW + 1, "a journal had it before"
    assert first.take(b"new", NOW) == NOW
    second = memory.of_run({5: ("shop", "http://a"), 6: ("shop", "http://b")}, known)
    assert second.take(b"new", NOW, endpoint=5) == NOW + 1, "a copy of what another run signed"
    assert second.take(b"new", NOW, endpoint=6) == NOW, "of another receiver"
    assert first.take(b"new", NOW) == NOW + 2
    memory.of_run({3: ("shop", "http://b")}, known)
    assert asked == [0, 1], "only for receivers that are new"
