"""The door of a test by itself: the seeds of what it makes, what it shares, and the result of one token."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_steppay.door import StepPay
from pytest_steppay.options import Options
from pytest_steppay.progress import Progress
from pytest_steppay.record import ItemRecord
from steppay_mock import (
    ContractViolation,
    Event,
    EventType,
    SteppayMockError,
    Store,
    StoreApi,
    make_event,
    make_events,
    scenario,
    sign,
)
from steppay_mock.payload.chance import SEEDS, derive_seed

STORY = "virtual-account-deposit"


def door(*, record: ItemRecord | None = None, target: Any = None, **settings: Any) -> StepPay:
    config: Any = SimpleNamespace(getini=lambda name: [] if name == "steppay_headers" else None)
    options = Options(
        **{
            "base_seed": 0,
            "seed": 7,
            "secret": "whsec_x",
            "target": target,
            "event_types": (),
            "event_options": {},
            "delivery_options": {},
            "explore_options": {},
            "config": config,
            "replay": None,
            "progress": Progress(config, reporter=None, capture=None),
            "scenario_files": (),
            **settings,
        }
    )
    return StepPay(
        seed=7, secret="whsec_x", target=target, options=options, record=record or ItemRecord(), repeat="pytest t.py"
    )


def answer(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return []


def derived(what: str, number: int) -> int:
    return derive_seed(7, what, number)


def test_each_thing_that_is_made_has_the_next_seed_of_the_test() -> None:
    record = ItemRecord()
    steppay = door(record=record)
    assert repr(steppay) == "<steppay: seed 7>"
    assert steppay.event("order.created") == make_event("order.created", seed=7)
    assert steppay.event("order.created", seed=5) == make_event("order.created", seed=5)
    assert steppay.event("order.created") == make_event("order.created", seed=derived("event", 2))
    assert steppay.events("order.created") == make_events("order.created", seed=derived("event", 3))
    assert steppay.store().seed == derived("event", 4)
    assert steppay.store(seed=3).seed == 3
    assert steppay.scenario("one-time-purchase").seed == derived("event", 5)
    assert (record.seed, record.made_count, len(record.stories)) == (7, 4, 1)


def test_deliveries_and_explorations_have_seeds_of_their_own() -> None:
    record = ItemRecord()
    steppay = door(target=answer, record=record)
    event = make_event("order.created", seed=1)
    for number in (1, 2):
        assert steppay.deliver(event).seed == derived("delivery", number) % SEEDS
        found = steppay.explore([event], state=dict, reset=lambda: None)
        assert found.coverage.seed == derived("exploration", number) % SEEDS
    assert steppay.deliver(event, seed=9).seed == 9
    assert record.delivered_count == 3
    assert len(record.proofs) == 2
    assert record.secrets == {"whsec_x"}


def test_what_the_marker_says_holds_for_events_and_stores() -> None:
    types = (EventType.COVER_PAUSED, EventType.ORDER_CREATED)
    steppay = door(event_types=types, event_options={"locale": "en_US", "now": 5, "edge": False, "body": "compact"})
    assert [event.type for event in steppay.events()] == list(types)
    assert [event.type for event in door().events()] == list(EventType)
    event = steppay.event("customer.created")
    assert (event.timestamp, event.form) == (5, "compact")
    assert event.data["name"].isascii()
    assert steppay.event("customer.created", now=6).timestamp == 6
    store = steppay.store()
    assert store.locale == "en_US"
    assert steppay.store(locale="ko_KR").locale == "ko_KR"
    assert int(store.now.timestamp()) == 5
    assert [event.form for event in steppay.scenario("one-time-purchase")][:1] == ["compact"]


def test_a_payload_is_validated_strictly_only_if_that_is_asked_for() -> None:
    steppay = door()
    payload = {**make_event("order.created", seed=1).payload, "new": 1}
    steppay.validate(payload)
    for wrong, strict in ((payload, True), ({**payload, "data": 5}, False)):
        with pytest.raises(ContractViolation):
            steppay.validate(wrong, strict=strict)
    assert steppay.sign(b"{}", timestamp=5) == sign(b"{}", "whsec_x", timestamp=5)


def test_an_api_answers_for_the_stores_made_before_it_and_after_it() -> None:
    record = ItemRecord()
    steppay = door(record=record)
    added: list[Store] = []
    api: Any = SimpleNamespace(token="token_x", add=added.append)
    stores = [steppay.store(), steppay.scenario("one-time-purchase").store]
    steppay.answer_through(api)
    assert added == stores
    stores += [steppay.store(), steppay.scenario("one-time-purchase").store]
    assert added == stores
    assert "token_x" in record.secrets


@pytest.mark.parametrize("hide", ["mine", ("mine",), ["mine"], {"mine"}, frozenset({"mine"})])
def test_no_secret_of_the_test_is_shown(hide: Any) -> None:
    def echo(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("500 Error", [])
        return [b"whsec_x, mine, token_x, theirs"]

    record = ItemRecord()
    steppay = door(target=echo, record=record)
    steppay.answer_through(StoreApi(Store(seed=1), token="token_x"))
    report = steppay.deliver(make_event("order.created", seed=1), hide=hide)
    assert "theirs" in str(report.failures[0])
    for secret in ("whsec_x", "mine", "token_x"):
        assert secret not in str(report.failures[0])
        assert secret in record.secrets


class Ledger:
    """A receiver that keeps the last status of a payment, right or wrong."""

    def __init__(self, *, is_right: bool) -> None:
        self.rows: dict[str, Any] = {}
        self.is_right = is_right
        self.taken = 0

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        self.taken += 1
        event = json.load(environ["wsgi.input"])
        if event["event"].startswith("payment.") and not (self.is_right and self.rows.get("payment") == "COMPLETE"):
            self.rows["payment"] = event["data"]["status"]
        start_response("204 No Content", [])
        return []

    def explored(self, steppay: StepPay, events: Any = STORY) -> Any:
        """What the door finds of this receiver."""
        return steppay.explore(events, self, state=lambda: dict(self.rows), reset=self.rows.clear)


def test_a_token_is_one_order_that_fails_until_the_receiver_is_mended() -> None:
    found = Ledger(is_right=False).explored(door())
    token, course = found.counterexample.token, found.counterexample.failing
    assert "pytest t.py --steppay-replay" in found.report()
    record = ItemRecord()
    again = Ledger(is_right=False).explored(door(replay=token, record=record))
    assert again.verdict == "fails"
    assert (again.coverage.orders, again.coverage.runs, again.coverage.states) == (1, 1, 2)
    assert 0 < again.coverage.deliveries <= found.coverage.events
    assert 0 <= again.coverage.elapsed < 60
    assert again.counterexample.failing.state == course.state
    assert (record.is_replayed, record.passed_over, record.tokens) == (True, "", [token])
    mended = Ledger(is_right=True).explored(door(replay=token))
    assert (mended.verdict, mended.counterexample) == ("covered", None)
    assert (mended.coverage.orders, mended.coverage.runs, mended.coverage.states) == (1, 1, 1)
    assert mended.name == STORY


def test_a_token_of_other_events_delivers_nothing_and_fails_no_test() -> None:
    token = Ledger(is_right=False).explored(door()).counterexample.token
    record, other = ItemRecord(), Ledger(is_right=False)
    events = [Event(make_event("order.created", seed=1).payload)]
    found = other.explored(door(replay=token, record=record), events)
    assert (found.verdict, other.taken, found.name) == ("unfinished", 0, "1 events")
    coverage = found.coverage
    assert (coverage.events, coverage.orders, coverage.runs, coverage.deliveries, coverage.states) == (1, 0, 0, 0, 0)
    assert coverage.elapsed == 0.0
    assert found.why == record.passed_over != ""
    assert not record.is_replayed
    asserted = door(replay=token).assert_order_independent(events, other, state=dict, reset=lambda: None)
    assert asserted.verdict == "unfinished"
    with pytest.raises(ContractViolation):
        door().assert_order_independent(STORY, other, state=lambda: dict(other.rows), reset=other.rows.clear)


def test_a_receiver_in_the_place_of_the_events_is_told_the_call() -> None:
    event: Any = make_event("order.created", seed=1)
    swapped: Any = answer
    for method in ("explore", "assert_order_independent"):
        with pytest.raises(SteppayMockError) as failed:
            getattr(door(), method)(swapped, event, state=dict)
        assert f"steppay.{method}(" in str(failed.value)
        assert "await" not in str(failed.value)
    with pytest.raises(SteppayMockError, match=r"await steppay\.explore_async\("):
        asyncio.run(door().explore_async(swapped, event, state=dict))


def test_a_story_is_explored_as_the_scenario_of_its_name() -> None:
    found = Ledger(is_right=True).explored(door())
    assert found.events == tuple(scenario(STORY, seed=7))
    assert found.ok


def test_the_api_follows_only_stories_of_its_own_stores() -> None:
    steppay = door(target=answer)
    steppay.answer_through(StoreApi(Store(seed=1), token="token_x"))
    for events in ([make_event("order.created", seed=1)], scenario("one-time-purchase", seed=1)):
        assert steppay.explore(events, state=dict, reset=lambda: None).events == tuple(events)
