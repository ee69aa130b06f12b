"""The sender delivers what was planned, as it was planned."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier
from typing import Any, get_args

import pytest
from delivery.counting import OK, Counting, Got, counting, payloads, status
from delivery.standins import Time

from steppay_mock import SignatureError, scenario, verify
from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.delivery.order import DeliveryOrder
from steppay_mock.delivery.schedule import Again, Deliver, Drop, Hold, Overlap, Step, Wait, duplicate, in_order, plan
from steppay_mock.delivery.schedule.makers import MAKERS
from steppay_mock.delivery.sender.clock import Clock
from steppay_mock.delivery.sender.sender import Sender

EVENTS = scenario("subscription-starts", seed=7).events
SECRET = "whsec_test"


def types(receiver: Counting) -> list[str]:
    return [json.loads(one.body)["event"] for one in receiver.got]


def proves(got: Got, secret: str) -> bool:
    try:
        verify(got.signature or None, got.body, secret, tolerance=None)
    except SignatureError:
        return False
    return True


@pytest.mark.parametrize("order", get_args(DeliveryOrder))
def test_an_order_is_that_of_its_schedule(receiver: Counting, journal: str | None, order: DeliveryOrder) -> None:
    report = Sender(receiver.url, secret=SECRET, journal=journal).send(EVENTS, order=order, seed=7)
    expected = MAKERS[order](EVENTS, 7)
    assert [one.body for one in receiver.got] == [one.event.body for one in expected.deliveries()]
    report.assert_ok()
    assert report.reordered is (order != "occurrence")


def test_duplicates_come_after_all_others_signed_anew(receiver: Counting, journal: str | None) -> None:
    report = Sender(receiver.url, secret=SECRET, journal=journal).send(EVENTS, duplicates=0.4, seed=7)
    expected = duplicate(in_order(EVENTS), share=0.4, seed=7)
    assert [one.body for one in receiver.got] == [EVENTS[place].body for place in expected.delivered]
    assert report.planned == len(EVENTS) + 2
    assert all(proves(one, SECRET) for one in receiver.got)


def test_holds_and_drops_are_as_the_schedule_says(receiver: Counting, journal: str | None) -> None:
    steps: list[Step] = [Hold(event=0, until=2), Deliver(event=3), Deliver(event=1), Drop(event=2), Deliver(event=4)]
    Sender(receiver.url, secret=SECRET, journal=journal).send(plan(EVENTS, steps)).assert_ok()
    assert types(receiver) == [EVENTS[place].type for place in (3, 1, 0, 4)]


@pytest.mark.parametrize("at_once", [1, 8])
def test_a_copy_has_the_same_bytes_and_the_same_signature(
    receiver: Counting, journal: str | None, at_once: int
) -> None:
    times = iter(range(1_706_002_316, 1_706_009_999))
    copy = Again(event=0, how="same")
    steps: list[Step] = [Deliver(event=0, stamp=5), copy, Again(event=0), copy]
    sender = Sender(
        receiver.url, secret=SECRET, journal=journal, concurrency=at_once, clock=Clock(now=lambda: next(times))
    )
    sender.send(plan(EVENTS, steps)).assert_ok()
    # Eight at once arrive as they like: the one that was signed anew is the one without stamp.
    copies = [one for one in receiver.got if b'"timestamp": 5,' in one.body]
    assert len(copies) == 3
    assert len({(one.head, one.body) for one in copies}) == 1
    assert len({one.signature for one in receiver.got}) == 2
    assert all(proves(one, SECRET) for one in receiver.got)


def test_a_copy_of_what_was_never_sent_is_sent_first(receiver: Counting, journal: str | None) -> None:
    times = iter(range(1_706_002_316, 1_706_009_999))
    steps: list[Step] = [Again(event=0, how="same"), Deliver(event=0), Again(event=0, how="same")]
    clock = Clock(now=lambda: next(times))
    Sender(receiver.url, secret=SECRET, journal=journal, clock=clock).send(plan(EVENTS, steps)).assert_ok()
    first, second, third = receiver.got
    assert first.body == second.body == third.body
    assert first.signature == third.signature != second.signature


def test_a_copy_is_the_same_after_a_resume_too(receiver: Counting, tmp_path: Path) -> None:
    journal = tmp_path / "journal.sqlite"
    sender = Sender(receiver.url, secret=SECRET, journal=journal, clock=Clock(now=lambda: 1_706_002_316))
    schedule = plan(EVENTS, [Deliver(event=0), Deliver(event=1), Again(event=0, how="same")])
    report = sender.send(schedule, seed=7, watch=lambda _tally: sender.stop())
    assert (report.stopped, len(receiver.got)) == (True, 1)
    later = Sender(receiver.url, secret=SECRET, journal=journal, clock=Clock(now=lambda: 1_706_009_999))
    [resumed] = later.resume()
    resumed.assert_ok()
    assert (receiver.got[2].head, receiver.got[2].body) == (receiver.got[0].head, receiver.got[0].body)


@pytest.mark.usefixtures("engine")
def test_what_is_to_be_at_once_is_in_flight_at_once(serve: Callable[[Any], str], journal: str | None) -> None:
    meeting = Barrier(3)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        meeting.wait(20)  # passes only if three are in flight at the same time
        start_response("204 No Content", [])
        return []

    schedule = plan(EVENTS, [Overlap(events=(0, 1, 2)), Overlap(events=(2, 3, 4))])
    Sender(serve(app), secret=SECRET, journal=journal).send(schedule).assert_ok()


def test_a_wait_is_waited_once_however_many_hooks_there_are(receiver: Counting, journal: str | None) -> None:
    time = Time()
    hooks = [Endpoint(url=receiver.url, name=name) for name in ("a", "b")]
    wanted = str(EVENTS[2].type)
    hooks.append(Endpoint(url=receiver.url, name="c", events=[wanted]))
    schedule = plan(EVENTS, [Deliver(event=0), Wait(seconds=0.5), Deliver(event=1)])
    Sender(hooks, journal=journal, clock=time.clock).send(schedule).assert_ok()
    assert sum(time.slept) == 0.5


def test_a_wait_before_an_event_that_nobody_wants_is_waited_all_the_same(receiver: Counting) -> None:
    time = Time()
    hook = Endpoint(url=receiver.url, events=[EVENTS[2].type])
    Sender(hook, clock=time.clock).send(plan(EVENTS, [Wait(seconds=5), Deliver(event=1), Deliver(event=2)])).assert_ok()
    assert (sum(time.slept), types(receiver)) == (5, [EVENTS[2].type])


def test_events_stream_and_are_taken_one_at_a_time(receiver: Counting) -> None:
    taken: list[int] = []

    def events() -> Iterator[dict[str, Any]]:
        for payload in payloads(5):
            assert receiver.ids == taken, "the next event was taken before the last one was answered"
            taken.append(payload["data"]["id"])
            yield payload

    Sender(receiver.url).send(events()).assert_ok()
    assert receiver.ids == [0, 1, 2, 3, 4]


def test_events_from_a_generator_are_all_planned_before_any_is_sent_if_there_is_a_journal(
    receiver: Counting, tmp_path: Path
) -> None:
    def events() -> Iterator[dict[str, Any]]:
        yield from payloads(1_200)
        assert receiver.got == []

    sender = Sender(receiver.url, journal=tmp_path / "journal.sqlite", concurrency=8)
    sender.send(events()).assert_ok()
    assert sorted(receiver.ids) == list(range(1_200))


def test_an_error_of_the_generator_comes_through(receiver: Counting, journal: str | None) -> None:
    def events() -> Iterator[dict[str, Any]]:
        yield from payloads(2)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Sender(receiver.url, journal=journal).send(events())
    assert receiver.ids == ([0, 1] if journal is None else [])


@pytest.mark.extra("fast")
def test_both_engines_give_the_same_results(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [OK, status(200, body=b"taken"), status(302, "location: /x"), status(401), b"nonsense\r\n\r\n", b""]
    found = []
    with counting(Counting(lambda got: answers[got.id % len(answers)])) as receiver:
        for engine in ("curl", "threads"):
            if engine == "threads":
                monkeypatch.setitem(sys.modules, "steppay_mock.delivery.engine.libcurl", None)
            receiver.got.clear()
            clock = Clock(now=lambda: 1_706_002_316)
            report = Sender(receiver.url, secret=SECRET, clock=clock).send(payloads(12), seed=7)
            found.append((report.answers, report.succeeded, report.failed, [_sorted(one) for one in receiver.got]))
    assert found[0] == found[1]
    assert found[0][0] == {("customer.created", code): 2 for code in (204, 200, 302, 401)} | {
        ("customer.created", None): 4
    }


def _sorted(got: Got) -> tuple[list[bytes], bytes]:
    return sorted(got.head.lower().split(b"\r\n")), got.body


def test_the_seed_repeats_the_trace_ids_with_a_journal_and_without(receiver: Counting, tmp_path: Path) -> None:
    journal = str(tmp_path / "journal.sqlite")
    for path in (None, journal, journal):
        Sender(receiver.url, journal=path).send(payloads(3), seed=7)
    heads = [one.head for one in receiver.got]
    assert heads[:3] == heads[3:6] == heads[6:]
    assert len(set(heads)) == 3
