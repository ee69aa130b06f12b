"""What a record tells of a test: how many of each thing, which of many, and no secret."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_steppay.record import ItemRecord
from steppay_mock import deliver, make_event, make_events, scenario
from steppay_mock.rest.exchange import ApiCall

TEN, LONGEST = 10, 4000


def answering(*statuses: int) -> Any:
    """A receiver that gives these answers one after the other, the last of them again and again."""
    left = list(statuses)

    def app(_environ: Any, start_response: Any) -> list[bytes]:
        status = left.pop(0) if len(left) > 1 else left[0]
        start_response(f"{status} Status", [])
        return [b""]

    return app


def delivered(*statuses: int) -> list[str]:
    record = ItemRecord()
    record.add_delivered(deliver(make_events("order.created", n=len(statuses), seed=1), to=answering(*statuses)))
    return list(record.lines())


def test_a_test_that_did_nothing_has_no_lines() -> None:
    assert list(ItemRecord().lines()) == []
    assert ItemRecord().take_proofs() == []


@pytest.mark.parametrize("count", [1, TEN, TEN + 1, 25])
def test_the_last_ten_events_made_are_named(count: int) -> None:
    record = ItemRecord()
    names = ["order.created", *["payment.completed"] * (count - 1)]
    for name in names:
        record.add_made([make_event(name, seed=1)])
    [line] = record.lines()
    many = f"{count}, the last of them " if count > TEN else ""
    assert line == f"made: {many}{', '.join(names[-TEN:])}"


def test_up_to_ten_deliveries_are_all_told() -> None:
    found = delivered(*[200] * TEN)
    assert len(found) == TEN
    assert all(line.startswith("delivered: order.created -> 200") for line in found)


def test_of_more_deliveries_the_last_are_told() -> None:
    first, *others = delivered(*[200] * (TEN + 1))
    assert first == "delivered: 11, the last of them"
    assert len(others) == TEN


def test_of_more_deliveries_those_that_failed_are_told() -> None:
    first, *others, last = delivered(500, 200, 500, *[200] * 9)
    assert first == "delivered: 12, 2 failed"
    assert len(others) == 2
    assert all("500" in line for line in others)
    assert last.startswith('payload: {"timestamp":')
    first, *others, _last = delivered(*[500] * 15)
    assert first == "delivered: 15, 15 failed"
    assert len(others) == TEN


def test_deliveries_of_several_calls_are_counted_together() -> None:
    record = ItemRecord()
    for status in (500, 200):
        for _ in range(2):
            events = make_events("order.created", n=4, seed=1)
            record.add_delivered(deliver(events, to=answering(status)))
    assert (record.delivered_count, record.failed_count, len(record.failed)) == (16, 8, 8)
    record.add_delivered(deliver(make_events("order.created", n=4, seed=1), to=answering(500)))
    assert (record.delivered_count, record.failed_count, len(record.failed)) == (20, 12, TEN)
    assert next(iter(record.lines())) == "delivered: 20, 12 failed"


def payload_of(length: int) -> str:
    """The line about a payload that has so many characters."""
    event = make_event("customer.created", seed=1, data={"name": ""}, body="compact")
    name = "x" * (length - len(event.body.decode()))
    record = ItemRecord()
    event = make_event("customer.created", seed=1, data={"name": name})
    record.add_delivered(deliver([event], to=answering(500)))
    return list(record.lines())[-1].removeprefix("payload: ")


def test_a_payload_is_cut_to_four_thousand_characters() -> None:
    whole, more = payload_of(LONGEST), payload_of(LONGEST + 1)
    assert len(whole) == LONGEST
    assert whole.endswith("}")
    assert more.endswith("… (4001 characters)")
    assert more.index("…") == LONGEST


@pytest.mark.parametrize("kind", [str, tuple, list, set, frozenset])
def test_no_secret_is_told(kind: Any) -> None:
    record = ItemRecord()
    record.add_secret("whsec_hidden" if kind is str else kind(["whsec_hidden", 5, None]))
    record.add_secret(None)
    assert record.secrets == {"whsec_hidden"}
    record.add_proof("fails: whsec_hidden", notes=["note whsec_hidden"])
    assert record.take_proofs() == [("fails: ********", "note ********")]
    assert record.take_proofs() == []
    event = make_event("customer.created", seed=1, data={"name": "whsec_hidden"})
    record.add_delivered(deliver([event], to=answering(500)))
    record.refused = {"GET /whsec_hidden": None}
    told = "\n".join(record.lines())
    assert "whsec_hidden" not in told
    assert told.count("********") == 2


def test_calls_that_got_an_error_are_told_once_each() -> None:
    answers = [("/a", 200), ("/a", 403), ("/a", 403), ("/b", None), ("/c", 503)]
    record = ItemRecord(calls=[ApiCall("GET", path, status) for path, status in answers])
    told = ["answered by steppay_api: GET /a -> 403", "answered by steppay_api: GET /c -> 503"]
    assert list(record.lines()) == told

    record = ItemRecord(calls=[ApiCall("GET", f"/{number}", 404) for number in range(12)])
    *calls, step = record.lines()
    assert calls == [f"answered by steppay_api: GET /{number} -> 404" for number in range(TEN)]
    assert step.startswith("next: The API knows the objects of steppay_store and of steppay.scenario(...), not those")


def test_ten_refused_calls_are_told_with_what_to_do() -> None:
    record = ItemRecord(refused={f"GET /{number}": None for number in range(12)})
    *calls, step = record.lines()
    assert calls == [f"refused by steppay_api: GET /{number}" for number in range(TEN)]
    assert step.startswith("next: ")


def test_a_story_is_told_with_what_makes_it_again() -> None:
    record = ItemRecord()
    story = scenario("one-time-purchase", seed=5)
    record.add_story(story)
    [line] = record.lines()
    assert line.startswith("scenario: one-time-purchase(")
    assert f"), {len(story)} events, seed 5, currency KRW, locale ko_KR" in line
    for _ in range(TEN):
        record.add_story(story)
    assert len(list(record.lines())) == TEN
