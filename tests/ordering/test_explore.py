from __future__ import annotations

import json
from itertools import count
from math import comb, factorial
from typing import Any

import pytest
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, Rows, keep_last, keep_newest, need_creation

from steppay_mock import ContractViolation, SteppayMockError, deliver, explore, scenario


def with_reset(count: int) -> int:
    return count**2 * comb(count - 1, (count - 1) // 2)


def with_restore(count: int) -> int:
    return int(count * 2 ** (count - 1))


@pytest.mark.parametrize("count", [2, 3, 5, 6, 7])
def test_a_right_receiver_is_proved_in_few_deliveries(make_life: MakeLife, count: int) -> None:
    ledger = Ledger(keep_newest)
    result = explore(make_life(count), ledger, state=ledger.state, reset=ledger.reset, duplicates=False, losses=False)
    assert (result.verdict, result.coverage.orders, result.counterexample) == ("proved", factorial(count), None)
    few = max(2, with_reset(count) // 20)
    assert with_reset(count) <= result.coverage.deliveries <= with_reset(count) + few


@pytest.mark.parametrize("count", [2, 3, 5, 6, 8])
def test_where_states_are_restored_it_takes_fewer(make_life: MakeLife, count: int) -> None:
    ledger = Ledger(keep_newest)
    result = explore(
        make_life(count), ledger, state=ledger.state, save=ledger.save, restore=ledger.restore, duplicates=False
    )
    assert (result.verdict, result.coverage.orders) == ("proved", factorial(count))
    assert result.coverage.deliveries <= with_restore(count) + max(2, with_restore(count) // 20)


def test_late_duplicates_cost_one_delivery_for_each_place(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    result = explore(make_life(6), ledger, state=ledger.state, save=ledger.save, restore=ledger.restore)
    assert result.verdict == "proved"
    assert result.coverage.duplicates
    assert result.coverage.deliveries <= 1.05 * 2 * with_restore(6)


def test_the_smallest_counterexample_is_two_events_the_wrong_way_round(make_life: MakeLife) -> None:
    ledger, life = Ledger(keep_last), make_life(6)
    result = explore(life, ledger, state=ledger.state, reset=ledger.reset, duplicates=False)
    assert result.verdict == "fails"
    found = result.counterexample
    assert found is not None
    assert (found.course, found.size, found.kind, found.smallest) == ((1, 0), (2, 1, 0), "state", True)
    assert found.passing.course == (0, 1)
    assert found.failing.state != found.expected.state
    with pytest.raises(ContractViolation):
        result.assert_ok()


def test_a_counterexample_is_a_schedule_that_fails_by_itself(make_life: MakeLife) -> None:
    ledger, life = Ledger(keep_last), make_life(5)
    found = explore(life, ledger, state=ledger.state, reset=ledger.reset).counterexample
    assert found is not None
    ledger.reset()
    report = deliver(found.schedule, to=ledger)
    assert [outcome.event for outcome in report] == [life[place] for place in found.course]
    assert ledger.state() == {700: {"status": life[found.course[-1]].data["status"]}}


def test_a_late_duplicate_alone_can_break_it(make_life: MakeLife) -> None:
    def count_up(rows: Rows, envelope: dict[str, Any]) -> None:
        rows.setdefault(0, {"seen": 0})["seen"] += 1
        del envelope

    ledger = Ledger(count_up)
    once = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset, duplicates=False)
    twice = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset)
    assert once.verdict == "proved"
    assert twice.counterexample is not None
    assert (twice.counterexample.course, twice.counterexample.passing.course) == ((0, 0), (0,))


def test_an_event_that_is_refused_in_one_order_is_a_finding_though_the_state_is_right(make_life: MakeLife) -> None:
    def grumble(rows: Rows, envelope: dict[str, Any]) -> int | None:
        known = envelope["data"]["subscriptionId"] in rows
        keep_newest(rows, envelope)
        return None if known or envelope["event"] == "subscription.created" else 500

    ledger = Ledger(grumble)
    result = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset)
    assert result.counterexample is not None
    assert (result.counterexample.kind, result.counterexample.course) == ("answer", (1, 0))
    assert [answer[:3] for answer in result.counterexample.failing.answers] == ["500", "204"]


def test_effects_are_counted(make_life: MakeLife) -> None:
    mails: list[str] = []

    def mail(rows: Rows, envelope: dict[str, Any]) -> None:
        keep_newest(rows, envelope)
        mails.append(envelope["data"]["status"])

    def clear() -> None:
        ledger.reset()
        mails.clear()

    ledger = Ledger(mail)
    result = explore(make_life(3), ledger, state=ledger.state, reset=clear, effects=lambda: mails)
    assert result.counterexample is not None
    assert (result.counterexample.kind, result.counterexample.course) == ("effects", (0, 0))
    assert explore(make_life(3), ledger, state=ledger.state, reset=clear, effects=lambda: mails, duplicates=False).ok, (
        "the order of effects does not matter"
    )


def test_an_invariant_is_asked_after_every_delivery(make_life: MakeLife) -> None:
    def never_goes_back(rows: Rows) -> None:
        if rows.get(700, {}).get("status") == "PAUSE":
            raise AssertionError("it must not be paused")

    ledger = Ledger(keep_newest)
    result = explore(make_life(5), ledger, state=ledger.state, reset=ledger.reset, invariant=never_goes_back)
    assert result.counterexample is not None
    assert (result.counterexample.kind, result.counterexample.course) == ("invariant", (3,))
    assert result.counterexample.failing.broken == "it must not be paused"
    assert explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset, invariant=lambda _rows: True).ok


def test_a_truth_of_events_without_a_story_is_refused_before_anything_is_delivered(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    with pytest.raises(SteppayMockError, match="needs a story"):
        explore(make_life(2), ledger, state=ledger.state, reset=ledger.reset, truth=dict)
    assert ledger.rows == {}


@pytest.mark.parametrize(("told", "verdict"), [("truth", "proved"), ("lie", "fails")])
def test_a_final_state_that_is_not_the_truth_is_wrong_in_every_order(told: str, verdict: str) -> None:
    story = scenario("customer-registers-and-leaves", seed=7)

    def keep(rows: Rows, envelope: dict[str, Any]) -> None:
        gone = envelope["event"] == "customer.deleted"
        if gone or 1 not in rows:
            rows[1] = {"gone": gone}

    ledger = Ledger(keep)
    result = explore(
        story,
        ledger,
        state=ledger.state,
        reset=ledger.reset,
        truth=lambda state: {1: {"gone": (not state["customers"]) is (told == "truth")}},
    )
    assert result.verdict == verdict
    shown = [(one.kind, one.course) for one in result.counterexamples]
    assert shown == ([] if told == "truth" else [("truth", tuple(range(len(story))))])


def test_beyond_the_budget_every_order_of_any_three_events_occurs(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    result = explore(make_life(14), ledger, state=ledger.state, reset=ledger.reset, seed=7, budget=2_000)
    coverage = result.coverage
    assert (result.verdict, coverage.strength) == ("covered", 3)
    assert coverage.covered == coverage.of == 14 * 13 * 12
    assert coverage.deliveries <= 2_000 + 14**2
    assert coverage.orders > 15


def test_what_three_events_decide_is_found_among_many(make_life: MakeLife) -> None:
    def trip(rows: Rows, envelope: dict[str, Any]) -> None:
        minute = (envelope["timestamp"] // 60) % 60
        seen = rows.setdefault(0, {"seen": "", "wrong": False})
        seen["seen"] += {9: "c", 3: "a", 6: "b"}.get(minute, "")
        rows[0]["wrong"] = rows[0]["wrong"] or seen["seen"] == "cab"
        rows[0]["seen"] = seen["seen"]

    ledger = Ledger(trip)
    result = explore(
        make_life(16),
        ledger,
        state=lambda: {"wrong": ledger.rows.get(0, {}).get("wrong"), "any": bool(ledger.rows)},
        reset=ledger.reset,
        seed=7,
        budget=3_000,
        duplicates=False,
    )
    assert result.counterexample is not None
    assert (result.counterexample.course, result.counterexample.size) == ((9, 3, 6), (3, 2, 0))


@pytest.mark.parametrize(("apart", "verdict"), [(1, "fails"), (60, "proved")])
def test_bursts_are_tried_within_one_second_too(make_life: MakeLife, apart: int, verdict: str) -> None:
    def by_time(rows: Rows, envelope: dict[str, Any]) -> None:
        row, data = rows.get(700), envelope["data"]
        if row is None or row["at"] <= envelope["timestamp"]:
            rows[700] = {"at": envelope["timestamp"], "status": data["status"]}

    ledger = Ledger(by_time)
    loose = explore(make_life(3, apart=apart), ledger, state=ledger.state, reset=ledger.reset)
    tied = explore(make_life(3, apart=apart), ledger, state=ledger.state, reset=ledger.reset, ties=True)
    assert (loose.verdict, tied.verdict, tied.coverage.ties) == ("proved", verdict, apart == 1)
    if tied.counterexample is not None:
        assert len({event.timestamp for event in tied.counterexample.events}) == 1


def test_under_a_retry_policy_what_was_refused_comes_again(make_life: MakeLife) -> None:
    ledger = Ledger(need_creation)
    lost = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset)
    assert lost.counterexample is not None
    assert lost.counterexample.course == (1, 0)
    kept = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset, retries="svix")
    assert (kept.verdict, kept.coverage.leans_on_retries) == ("proved", True)
    restored = explore(make_life(4), ledger, state=ledger.state, save=ledger.save, restore=ledger.restore, retries=[60])
    assert (restored.verdict, restored.coverage.leans_on_retries) == ("proved", True)


def test_losses_say_what_heals(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    result = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset)
    assert [loss.heals for loss in result.losses] == [True, True, True, False]
    assert result.losses[3].changes
    assert result.losses[0].changes == ()


def test_paranoid_delivers_whole_orders_as_well(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    result = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset, paranoid=True, seed=7)
    assert (result.verdict, result.coverage.disagreed) == ("proved", 0)
    assert result.coverage.sampled > 0


# What proves nothing is not green.


@pytest.mark.parametrize(
    ("events", "keep", "told"),
    [
        (1, keep_newest, "1 events have no order"),
        (4, lambda _rows, _envelope: 404, "Every event was refused"),
        (4, lambda _rows, _envelope: 200, "The state never changed"),
    ],
)
def test_where_nothing_is_tested_that_is_not_green(make_life: MakeLife, events: int, keep: Any, told: str) -> None:
    ledger = Ledger(keep)
    result = explore(make_life(events), ledger, state=ledger.state, reset=ledger.reset)
    assert result.verdict == "vacuous"
    assert told in result.why
    with pytest.raises(ContractViolation):
        result.assert_ok()


def test_a_flaky_receiver_is_told_from_one_that_depends_on_order(make_life: MakeLife) -> None:
    ticks = count()

    def stamp(rows: Rows, envelope: dict[str, Any]) -> None:
        keep_newest(rows, envelope)
        rows[0] = {"received": next(ticks)}

    ledger = Ledger(stamp)
    flaky = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset)
    assert flaky.verdict == "flaky"
    assert [one.path for one in flaky.unequal] == ["$[0].received"]
    assert "ignore=['received']" in flaky.report()
    assert explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset, ignore=["received"]).ok


def test_a_probe_that_hides_what_matters_is_told(make_life: MakeLife) -> None:
    def second_thoughts(rows: Rows, envelope: dict[str, Any]) -> None:
        """The first two to come decide what the fifth one does; the end is always the same."""
        seen = rows.setdefault(0, {"order": []})["order"]
        seen.append(envelope["timestamp"])
        rows[1] = {"odd": len(seen) == 5 and seen[0] > seen[1], "many": len(seen)}

    ledger = Ledger(second_thoughts)
    result = explore(
        make_life(6), ledger, state=lambda: ledger.rows.get(1), reset=ledger.reset, duplicates=False, budget=2_000
    )
    assert result.verdict == "hidden"
    assert len(result.witnesses) == 2
    assert result.witnesses[0].state != result.witnesses[1].state


# Receivers of all kinds.


def test_a_factory_begins_anew_by_itself(make_life: MakeLife) -> None:
    made: list[Ledger] = []

    def make() -> Ledger:
        made.append(Ledger(keep_newest))
        return made[-1]

    result = explore(make_life(3), make, state=lambda ledger: ledger.state())
    assert result.ok
    assert len(made) > 3


def test_an_asgi_app_and_an_async_probe_share_a_loop(make_life: MakeLife) -> None:
    import asyncio

    ledger = Ledger(keep_newest)
    loops = set()

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise NotImplementedError
        body = (await receive())["body"]
        loops.add(asyncio.get_running_loop())
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        keep_newest(ledger.rows, json.loads(body))  # after the answer: the probe comes later still

    async def state() -> Rows:
        loops.add(asyncio.get_running_loop())
        return ledger.state()

    assert explore(make_life(4), app, state=state, reset=ledger.reset).verdict == "proved"
    assert len(loops) == 1


def test_a_scenario_can_be_named() -> None:
    rows: set[bytes] = set()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        rows.add(environ["wsgi.input"].read())
        start_response("200 OK", [])
        return []

    result = explore("refund-in-full", app, state=lambda: set(rows), reset=rows.clear, seed=7)
    assert (result.verdict, result.name) == ("proved", "refund-in-full")
    assert [event.body for event in result.events] == [event.body for event in scenario("refund-in-full", seed=7)]
