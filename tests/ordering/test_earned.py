"""A green verdict is earned: what is refused, without effect, not begun anew or signed alike proves nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from ordering.conftest import START, MakeLife
from ordering.ledgers import Ledger, Rows, keep_last, keep_newest

from steppay_mock import Event, SteppayMockError, explore, make_event, replay, scenario
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.saving import saving_objects

SECRET = "secret-of-the-tests"

# What is refused in the order in which it happened.


def crash_on(word: str, rows: Rows, envelope: dict[str, Any]) -> None:
    if word in (envelope["event"], envelope["data"]["status"]):
        raise KeyError("lastCanceledDate")
    keep_newest(rows, envelope)


def test_a_receiver_that_crashes_on_an_event_in_every_order_fails(make_life: MakeLife) -> None:
    ledger = Ledger(partial(crash_on, "PAUSE"))
    found = explore(make_life(5), ledger, state=ledger.state, reset=ledger.reset)
    shown = found.counterexample
    assert shown is not None
    assert (found.verdict, shown.kind, shown.anomaly.name) == ("fails", "refused", "refused")
    assert (shown.course, shown.smallest) == ((3,), True)
    assert found.report().startswith(
        "Even as it happened, event 4 is refused (500, the app raised: KeyError: 'lastCanceledDate').\n"
    )
    assert "passes" not in found.report().partition("size:")[0]
    assert not replay(shown.token, ledger, state=ledger.state, reset=ledger.reset, events=make_life(5)).ok


def test_each_type_that_is_refused_is_told(make_life: MakeLife) -> None:
    def crash(rows: Rows, envelope: dict[str, Any]) -> int | None:
        if envelope["data"]["status"] == "UNPAID":
            return 400
        if envelope["event"] == "subscription.created":
            return 422
        keep_newest(rows, envelope)
        return None

    ledger = Ledger(crash)
    found = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset)
    assert [one.course for one in found.counterexamples] == [(0,), (1,)]
    assert found.report().count("also found") == 1
    found = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset, first=True)
    assert [one.course for one in found.counterexamples] == [(0,)]


def test_a_refusal_that_needs_another_event_keeps_it(make_life: MakeLife) -> None:
    def only_once(rows: Rows, envelope: dict[str, Any]) -> int | None:
        if rows and envelope["data"]["status"] == "PAUSE":
            return 409
        keep_newest(rows, envelope)
        return None

    ledger = Ledger(only_once)
    shown = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset).counterexample
    assert shown is not None
    assert (shown.kind, len(shown.course), shown.course[-1]) == ("refused", 2, 3)


@pytest.mark.parametrize(
    "accept",
    [
        [500],
        500,
        lambda event, answer: answer.status < 300 or event.data["status"] == "PAUSE",
    ],
)
def test_what_is_refused_on_purpose_is_accepted_where_that_is_said(make_life: MakeLife, accept: Any) -> None:
    ledger = Ledger(partial(crash_on, "PAUSE"))
    found = explore(make_life(5), ledger, state=ledger.state, reset=ledger.reset, accept=accept)
    assert (found.verdict, found.coverage.refused) == ("proved", 0)


@pytest.mark.parametrize("accept", ["yes", [True], [99], object()])
def test_what_accept_cannot_mean_is_refused(make_life: MakeLife, accept: Any) -> None:
    ledger = Ledger(keep_newest)
    with pytest.raises(SteppayMockError, match=r"accept=.* is neither statuses nor a function"):
        explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset, accept=accept)


def test_what_is_raised_after_the_answer_is_told_so(make_life: MakeLife) -> None:
    rows: Rows = {}

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        envelope = json.loads(environ["wsgi.input"].read())
        start_response("200 OK", [])
        keep_newest(rows, envelope)
        return Closing(fails=envelope["data"]["status"] == "UNPAID")

    class Closing(list[bytes]):
        def __init__(self, *, fails: bool) -> None:
            super().__init__([b"ok"])
            self.fails = fails

        def close(self) -> None:
            if self.fails:
                raise RuntimeError("no mail server")

    found = explore(make_life(3), app, state=lambda: dict(rows), reset=rows.clear)
    assert found.counterexample is not None
    assert found.counterexample.kind == "refused"
    assert "200, the app raised after its answer: RuntimeError: no mail server" in found.report()


def test_with_retries_what_is_accepted_at_last_was_not_refused(make_life: MakeLife) -> None:
    seen: set[bytes] = set()

    def at_second_sight(rows: Rows, envelope: dict[str, Any]) -> int | None:
        body = json.dumps(envelope).encode()
        if envelope["data"]["status"] == "UNPAID" and body not in seen:
            seen.add(body)
            return 503
        keep_newest(rows, envelope)
        return None

    ledger = Ledger(at_second_sight)

    def reset() -> None:
        ledger.reset()
        seen.clear()

    how: dict[str, Any] = {"state": ledger.state, "reset": reset}
    assert explore(make_life(3), ledger, **how, retries=[1.0]).verdict == "proved"
    without = explore(make_life(3), ledger, **how).counterexample
    assert without is not None
    assert without.kind == "refused"


# Events without effect.


def only_paid(rows: Rows, envelope: dict[str, Any]) -> None:
    if envelope["data"]["status"] in {"UNPAID", "PAUSE"}:
        keep_newest(rows, envelope)


def test_events_without_effect_are_told_and_do_not_count(make_life: MakeLife) -> None:
    ledger = Ledger(only_paid)
    found = explore(make_life(5), ledger, state=ledger.state, reset=ledger.reset)
    assert (found.verdict, found.coverage.effective, found.without_effect) == ("proved", 2, (0, 2, 4))
    assert "all 120 orders of 5 events (2 with an effect)" in found.report()
    assert "3 of 5 events had no effect in any order: subscription.created, subscription.updated." in found.report()


def test_one_event_with_an_effect_proves_nothing(make_life: MakeLife) -> None:
    def only_created(rows: Rows, envelope: dict[str, Any]) -> None:
        if envelope["event"] == "subscription.created":
            keep_newest(rows, envelope)

    ledger = Ledger(only_created)
    found = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset)
    assert found.verdict == "vacuous"
    assert "Of 4 events only subscription.created changed the state in any order" in found.report()
    assert "Choose a scenario of which the receiver keeps more events" in found.report()


def test_a_long_story_is_proved_without_what_has_no_effect(make_life: MakeLife) -> None:
    ledger = Ledger(only_paid)
    how: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset, "budget": 900, "losses": False}
    covered = explore(make_life(16), ledger, **how)
    assert covered.verdict == "covered"
    assert any("only_effective=True" in note for note in covered.notes)
    proved = explore(make_life(16), ledger, **how, only_effective=True)
    assert (proved.verdict, proved.coverage.events, proved.coverage.effective) == ("proved", 5, 5)
    assert "11 of 16 events were left out" in proved.report()


def test_what_is_refused_is_not_left_out_as_without_effect(make_life: MakeLife) -> None:
    ledger = Ledger(partial(crash_on, "PAUSE"))
    found = explore(make_life(5), ledger, state=ledger.state, reset=ledger.reset, only_effective=True)
    assert found.counterexample is not None
    assert found.counterexample.kind == "refused"


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
        assert found.verdict == verdict
    assert "restore=" not in found.report()


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
    assert explore(make_life(3), shop, **how, settle=0.2, sleep=shop.work).verdict == "proved"


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
            sleep=lambda _: None,
        )


@pytest.mark.parametrize("settle", [0, -1, True, "soon", float("inf")])
def test_what_settle_cannot_mean_is_refused(make_life: MakeLife, settle: Any) -> None:
    ledger = Ledger(keep_newest)
    with pytest.raises(SteppayMockError, match="neither seconds nor a function"):
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


# Several findings, and small witnesses.


def test_independent_mistakes_are_told_in_one_run() -> None:
    def pay(number: int, status: str, second: int) -> Event:
        return make_event(
            "payment.completed" if status == "COMPLETE" else "payment.standby",
            seed=number,
            now=START + timedelta(seconds=second),
            data={"paymentId": number, "status": status},
        )

    subscription = [
        make_event("subscription.created", seed=1, now=START, data={"subscriptionId": 7, "status": "ACTIVE"}),
        make_event(
            "subscription.updated",
            seed=1,
            now=START + timedelta(seconds=90),
            data={"subscriptionId": 7, "status": "UNPAID"},
        ),
    ]
    events = [*subscription, pay(9, "VIRTUAL_BANK_STANDBY", 100), pay(9, "COMPLETE", 200)]
    rows: dict[str, str] = {}

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        envelope = json.loads(environ["wsgi.input"].read())
        data = envelope["data"]
        rows[str(data.get("subscriptionId") or data["paymentId"])] = data["status"]
        start_response("204 No Content", [])
        return []

    found = explore(events, app, state=lambda: dict(rows), reset=rows.clear)
    assert sorted(one.course for one in found.counterexamples) == [(1, 0), (3, 2)]
    assert {str(one.anomaly) for one in found.counterexamples} == {"stale overwrite"}
    assert len({one.token for one in found.counterexamples}) == 2


def test_what_a_probe_hides_is_shown_by_few_events(make_life: MakeLife) -> None:
    def second_thoughts(rows: Rows, envelope: dict[str, Any]) -> None:
        """The first two to come decide what the third one does; the end is always the same."""
        seen = rows.setdefault(0, {"order": []})["order"]
        seen.append(envelope["timestamp"])
        rows[1] = {"odd": len(seen) == 3 and seen[0] > seen[1], "many": len(seen)}

    ledger = Ledger(second_thoughts)
    found = explore(make_life(6), ledger, state=lambda: ledger.rows.get(1), reset=ledger.reset, duplicates=False)
    assert found.verdict == "hidden"
    assert sorted(len(run.course) for run in found.witnesses) == [3, 3]
