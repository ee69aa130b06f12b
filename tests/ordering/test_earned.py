"""A green verdict is earned: an order that begins otherwise, late work and copies signed alike prove nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import count
from typing import Any

import pytest
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, Rows, keep_last, keep_newest

from steppay_mock import Event, SteppayMockError, explore, replay, scenario
from steppay_mock.delivery.sender.clock import Clock
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.saving import saving_objects

SECRET = "secret-of-the-tests"

# Beginning anew.


class TwoTables:
    """A receiver with two tables, whose reset and restore may forget the second."""

    def __init__(self, *, forgets: bool) -> None:
        self.rows: Rows = {}
        self.log: list[str] = []
        self._forgets = forgets

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        envelope = json.loads(environ["wsgi.input"].read())
        keep_newest(self.rows, envelope)
        body = json.dumps(envelope)
        if body not in self.log:
            self.log = sorted([*self.log, body])
        start_response("204 No Content", [])
        return []

    def state(self) -> Any:
        return {"rows": dict(self.rows), "log": list(self.log)}

    def reset(self) -> None:
        self.rows.clear()
        if not self._forgets:
            self.log.clear()

    def save(self) -> Any:
        return dict(self.rows), list(self.log)

    def restore(self, saved: Any) -> None:
        self.rows = dict(saved[0])
        if not self._forgets:
            self.log = list(saved[1])


@pytest.mark.parametrize("paranoid", [False, True])
def test_a_reset_that_forgets_a_table_proves_nothing(make_life: MakeLife, *, paranoid: bool) -> None:
    for forgets, verdict in ((True, "flaky"), (False, "proved")):
        shop = TwoTables(forgets=forgets)
        found = explore(make_life(4), shop, state=shop.state, reset=shop.reset, paranoid=paranoid)
        assert found.verdict == verdict
        if forgets:
            assert {one.path.partition("[")[0] for one in found.unequal} == {"$.log"}
            assert "After reset= the state is not the one" in found.report()


def test_a_restore_that_forgets_a_table_proves_nothing(make_life: MakeLife) -> None:
    for forgets, verdict in ((True, "flaky"), (False, "proved")):
        shop = TwoTables(forgets=forgets)
        found = explore(make_life(4), shop, state=shop.state, save=shop.save, restore=shop.restore)
        assert (found.verdict, "restore=" in found.report()) == (verdict, forgets)


def test_a_reset_that_does_nothing_proves_nothing(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    assert explore(make_life(4), ledger, state=ledger.state, reset=lambda: None).verdict == "flaky"


def test_a_fresh_app_that_is_not_fresh_proves_nothing(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    assert explore(make_life(4), lambda: ledger, state=lambda app: app.state()).verdict == "flaky"


def test_a_probe_that_answers_from_a_cache_proves_nothing(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    kept: list[Any] = []

    def cached() -> Any:
        if not kept and ledger.rows:
            kept.append(ledger.state())
        return kept[0] if kept else {}

    assert explore(make_life(4), ledger, state=cached, reset=ledger.reset).verdict == "flaky"


def test_replay_says_nothing_is_fixed_where_the_receiver_is_not_emptied(make_life: MakeLife) -> None:
    ledger = Ledger(keep_last)
    shown = explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset).counterexample
    assert shown is not None
    ledger.reset()
    with pytest.raises(ExplorationError, match="After reset= the state is not the one"):
        replay(shown.token, ledger, state=ledger.state, reset=lambda: None, events=make_life(3))


# The state at the beginning, and at the end.


def test_a_state_that_is_not_empty_is_said(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    ledger.rows[5] = {"status": "ACTIVE", "version": [1, ""]}
    saved = explore(make_life(3), ledger, state=ledger.state, **saving_objects(ledger.rows))
    assert saved.verdict == "proved"
    assert "The state is not empty at the beginning" in saved.report()
    emptied = explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset)
    assert "reset= changed $[5]" in emptied.report()
    assert explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset).notes != emptied.notes


def test_the_first_state_is_put_back_at_the_end(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    for _ in range(2):
        found = explore(make_life(4), ledger, state=ledger.state, **saving_objects(ledger.rows), ties=True, overlap=1)
        assert (found.verdict, ledger.rows) == ("proved", {})


# Repeats are signed anew.


def test_who_remembers_signature_headers_pays_twice(make_life: MakeLife) -> None:
    seen: set[str] = set()
    paid: list[int] = []

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        header = environ["HTTP_STEPPAY_SIGNATURE"]
        if header not in seen:
            seen.add(header)
            paid.append(json.loads(environ["wsgi.input"].read())["data"]["subscriptionId"])
        start_response("204 No Content", [])
        return []

    def reset() -> None:
        seen.clear()
        paid.clear()

    found = explore(make_life(3), app, state=lambda: sorted(paid), reset=reset, secret=SECRET)
    assert found.counterexample is not None
    assert (found.verdict, str(found.counterexample.anomaly)) == ("fails", "double effect")


# Late work.


class Queueing:
    """Answers first, and works when it is told to."""

    def __init__(self) -> None:
        self.rows: Rows = {}
        self.queue: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.queue.append(json.loads(environ["wsgi.input"].read()))
        start_response("202 Accepted", [])
        return []

    def work(self, *_seconds: float) -> None:
        while self.queue:
            keep_newest(self.rows, self.queue.pop(0))

    def state(self) -> Rows:
        return {key: dict(row) for key, row in self.rows.items()}

    def reset(self) -> None:
        self.rows.clear()
        self.queue.clear()


def test_late_work_is_waited_for(make_life: MakeLife) -> None:
    shop = Queueing()
    how: dict[str, Any] = {"state": shop.state, "reset": shop.reset}
    assert explore(make_life(3), shop, **how).verdict == "vacuous"
    assert "settle= waits for it" in " ".join(explore(make_life(3), shop, **how).report().split())
    assert explore(make_life(3), shop, **how, settle=shop.work).verdict == "proved"
    assert explore(make_life(3), shop, **how, settle=0.2, clock=Clock(sleep=shop.work)).verdict == "proved"


def test_a_state_that_never_settles_is_told(make_life: MakeLife) -> None:
    ticks = count()
    ledger = Ledger(keep_newest)
    with pytest.raises(ExplorationError, match=r"never unchanged for 0.5 s within 2 s"):
        explore(
            make_life(3),
            ledger,
            state=lambda: next(ticks),
            reset=ledger.reset,
            settle=0.5,
            timeout=2,
            clock=Clock(sleep=lambda _: None),
        )


@pytest.mark.parametrize("settle", [0, -1, True, "soon", float("inf")])
def test_what_settle_cannot_mean_is_refused(make_life: MakeLife, settle: Any) -> None:
    ledger = Ledger(keep_newest)
    with pytest.raises(SteppayMockError, match=r"settle=.*: expected seconds, more than 0, or a function"):
        explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset, settle=settle)


# What goes before.


def test_what_is_given_is_delivered_before_every_order(make_life: MakeLife) -> None:
    def need_creation(rows: Rows, envelope: dict[str, Any]) -> int | None:
        if not rows and envelope["event"] != "subscription.created":
            return 409
        keep_newest(rows, envelope)
        return None

    ledger = Ledger(need_creation)
    life = make_life(5)
    how: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset}
    assert explore(life, ledger, **how).verdict == "fails"
    found = explore(life, ledger, **how, given=1)
    assert (found.verdict, found.coverage.events) == ("proved", 4)
    assert explore(life[1:], ledger, **how, given=life[:1]).verdict == "proved"
    with pytest.raises(
        ExplorationError, match=r"subscription.updated, which given= delivers before every order, was refused: 409"
    ):
        explore(life[:2], ledger, **how, given=life[2:])
    with pytest.raises(SteppayMockError, match="given=9"):
        explore(life, ledger, **how, given=9)


def test_types_that_are_not_wanted_are_told_of_an_iterator_too(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    how: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset, "types": ["subscription.updated"]}
    for events in (make_life(4), iter(make_life(4))):
        found = explore(events, ledger, **how)
        assert found.coverage.events == 3
        assert any(note.startswith("1 of 4 events were not delivered") for note in found.notes)


# Invariants.


class Falsy:
    def __bool__(self) -> bool:
        return False


@pytest.mark.parametrize("verdict", [False, 0, "", Falsy()])
def test_any_false_value_breaks_an_invariant(make_life: MakeLife, verdict: Any) -> None:
    ledger = Ledger(keep_newest)
    found = explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset, invariant=lambda _: verdict)
    assert found.counterexample is not None
    assert found.counterexample.kind == "invariant"


# The tied story.


def test_the_truth_holds_where_seconds_are_collapsed() -> None:
    story = scenario("subscription-renewal-fails-then-recovers", seed=7, customer_id=42)
    as_they_are = {event.body for event in story}
    wrong: list[bool] = []

    def keep(rows: Rows, envelope: dict[str, Any]) -> None:
        if "subscriptionId" in envelope["data"] and "status" in envelope["data"]:
            keep_newest(rows, envelope)
        wrong.append(Event.from_payload(envelope).body not in as_they_are)

    ledger = Ledger(keep)

    def state() -> Any:
        return {key: "WRONG" if any(wrong) else row["status"] for key, row in ledger.rows.items()}

    def reset() -> None:
        ledger.reset()
        wrong.clear()

    def truth(store: Any) -> Any:
        return {key: row["status"] for key, row in store["subscriptions"].items()}

    how: dict[str, Any] = {"state": state, "reset": reset, "truth": truth, "budget": 300, "losses": False}
    assert explore(story, ledger, **how).ok
    found = explore(story, ledger, **how, ties=1e8)
    assert found.counterexample is not None
    assert found.counterexample.kind == "truth"
