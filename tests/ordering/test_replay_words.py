"""What a replay says: fixed or not, in the same way or another, and what it needs before it can say either."""

from __future__ import annotations

from typing import Any

import pytest
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, Rows, keep_last, keep_newest, need_creation

from steppay_mock import Counterexample, Event, ExplorationError, SteppayMockError, explore, replay, scenario
from steppay_mock.ordering.face import Face, speaking
from steppay_mock.ordering.findings import Kind
from steppay_mock.ordering.replay import make_again
from steppay_mock.ordering.token import describe_events, read_token

SHELL = Face(is_shell=True, before="steppay-mock replay ", after="", hint="")


def found_by(ledger: Ledger, events: Any, **options: Any) -> Counterexample:
    found = explore(events, ledger, state=ledger.state, reset=ledger.reset, losses=False, **options).counterexample
    assert found is not None
    return found


def token_of(events: tuple[Event, ...], course: tuple[int, ...], kind: Kind = "state", **how: Any) -> str:
    return describe_events(events, **how).of(course, kind=kind)


def again(token: str, ledger: Ledger, events: Any, **options: Any) -> Any:
    return replay(token, ledger, state=ledger.state, reset=ledger.reset, events=events, **options)


def test_what_is_fixed_is_told_with_the_order_that_was_delivered(make_life: MakeLife) -> None:
    life, mended = make_life(3), Ledger(keep_newest)
    fixed = again(token_of(life, (2, 0)), mended, life)
    order = "3 subscription.updated, 1 subscription.created"
    assert fixed.report() == (
        f"Fixed: {order}, delivered in this order to {fixed.receiver}, end as in the original order."
    )


def test_what_fails_in_another_way_is_told_as_such(make_life: MakeLife) -> None:
    life, ledger = make_life(3), Ledger(keep_last)
    same = again(token_of(life, (1, 0)), ledger, life)
    assert same.report().startswith("It still fails.\n\nWhen ")

    def refuse_what_is_known(rows: Rows, envelope: dict[str, Any]) -> int | None:
        is_known = bool(rows)
        keep_newest(rows, envelope)
        return 409 if is_known else None

    other = again(token_of(life, (1, 0)), Ledger(refuse_what_is_known), life)
    assert other.report().startswith("It still fails, but in another way than before.\n\nEven in the original order")
    assert (other.ok, other.counterexample.kind, other.course) == (False, "refused", (1, 0))


@pytest.mark.parametrize("kind", ["effects", "invariant"])
def test_a_function_that_the_token_needs_is_asked_for_where_it_can_be_given(make_life: MakeLife, kind: Any) -> None:
    life, ledger = make_life(2), Ledger(keep_last)
    token = token_of(life, (1, 0), kind)
    with pytest.raises(SteppayMockError, match=rf"The token was found with {kind}=\. Pass it"):
        again(token, ledger, life)
    with (
        speaking(SHELL),
        pytest.raises(SteppayMockError, match="which the command line cannot take"),
    ):
        again(token, ledger, life)


def test_the_truth_that_a_token_needs_is_asked_for_everywhere(make_life: MakeLife) -> None:
    life, ledger = make_life(2), Ledger(keep_last)
    token = token_of(life, (0, 1), "truth")
    with pytest.raises(SteppayMockError, match=r"The token was found with truth=\. Pass it"):
        again(token, ledger, life)
    with speaking(SHELL), pytest.raises(SteppayMockError, match=r"The token was found with --truth\. Pass it"):
        again(token, ledger, life)


def test_other_kinds_need_nothing_more(make_life: MakeLife) -> None:
    life = make_life(2)
    for kind in ("state", "answer", "refused", "order"):
        assert again(token_of(life, (1, 0), kind), Ledger(keep_newest), life).ok


def test_the_events_of_no_scenario_are_asked_for_as_the_reader_can_give_them() -> None:
    with pytest.raises(SteppayMockError, match=r"Pass the events of the exploration: events=\.\.\."):
        make_again(None)
    with speaking(SHELL), pytest.raises(SteppayMockError, match="Replay it in Python, or with pytest --steppay-replay"):
        make_again(None)


@pytest.mark.parametrize(("kind", "tested"), [("state", False), ("order", False), ("answer", True), ("refused", True)])
def test_where_the_state_never_changed_only_answers_were_tested(
    make_life: MakeLife, kind: Any, *, tested: bool
) -> None:
    life, nothing = make_life(2), Ledger(lambda _rows, _envelope: None)
    token = token_of(life, (1, 0), kind)
    if tested:
        assert again(token, nothing, life).ok
        return
    with pytest.raises(ExplorationError, match="The state never changed"):
        again(token, nothing, life)


def test_an_event_whose_content_stands_twice_is_found_at_its_place(make_life: MakeLife) -> None:
    life = make_life(3)
    twice = (life[1], life[0], life[1], life[2])
    token = token_of(twice, (3, 2))
    assert again(token, Ledger(keep_newest), twice).course == (3, 2)
    assert again(token, Ledger(keep_newest), twice[1:]).course == (2, 1), "they moved, and are found by their content"
    assert again(token, Ledger(keep_newest), (life[2], life[1], life[0], life[1])).course == (0, 1), "the first of two"
    with pytest.raises(SteppayMockError, match=r"Step 2 of the token, subscription.updated, does not exist any more"):
        again(token, Ledger(keep_newest), (life[2], life[0]))


def test_a_token_of_collapsed_times_collapses_them_again(make_life: MakeLife) -> None:
    def by_time(rows: Rows, envelope: dict[str, Any]) -> None:
        row = rows.get(700)
        if row is None or row["at"] <= envelope["timestamp"]:
            rows[700] = {"at": envelope["timestamp"], "status": envelope["data"]["status"]}

    life = make_life(3, apart=1)
    found = found_by(Ledger(by_time), life, ties=1.5)
    read = read_token(found.token)
    assert read.burst == 1.5
    assert not again(found.token, Ledger(by_time), life).ok
    assert {event.timestamp for event in again(found.token, Ledger(by_time), life).events} == {life[0].timestamp}


def test_a_token_of_retries_retries_whatever_is_passed(make_life: MakeLife) -> None:
    life = make_life(3)
    refused = found_by(Ledger(need_creation), life, retries="none", duplicates=False)
    assert refused.kind in {"answer", "state"}
    shown = again(refused.token, Ledger(need_creation), life, retries=[1, 2]).counterexample
    assert shown is not None
    assert shown.failing.course == refused.failing.course, "as many retries as in the search: none"


def test_a_scenario_is_told_again_and_the_first_events_are_given_first() -> None:
    story = scenario("customer-registers-and-leaves", seed=7)
    rows: dict[int, str] = {}

    def keep(environ: Any, start_response: Any) -> list[bytes]:
        envelope = Event.from_bytes(environ["wsgi.input"].read()).payload
        rows[envelope["data"]["id"]] = envelope["event"]
        start_response("204 No Content", [])
        return []

    options: Any = {"state": lambda: dict(rows), "reset": rows.clear}
    found = explore(story, keep, given=1, truth="off", losses=False, **options).counterexample
    assert found is not None
    assert found.course == (1, 0)
    fails = replay(found.token, keep, given=1, **options)
    assert (fails.ok, fails.course, len(fails.events)) == (False, (1, 0), 2)
