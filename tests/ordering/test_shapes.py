"""A receiver gets one name and one cure for its flaw, in whatever shape its probe gives the rows."""

from __future__ import annotations

from typing import Any

import pytest
from ordering.zoo.event_sets import events_of
from ordering.zoo.members import FLAWED, MEMBERS, RIGHT
from ordering.zoo.receiver import Receiver
from ordering.zoo.shapes import SHAPES
from ordering.zoo.shop import Tables

from steppay_mock import Exploration, explore, replay
from steppay_mock.ordering import anomaly
from steppay_mock.ordering.anomaly import Anomaly

FLAWS = [(receiver, name) for receiver in FLAWED for name in (*receiver.shows_on, *receiver.heals_on)]
SOME = [
    (MEMBERS["price-of-an-old-product"], "catalogue"),
    (MEMBERS["equal-is-newer"], "tied-updates"),
    (MEMBERS["refuses-the-stale"], "purchase"),
]
MORE = [pair for pair in FLAWS if pair not in SOME][::3]


def explored(receiver: Receiver, name: str, shape: str) -> Exploration:
    events = events_of(name)
    shop = receiver.make(events)

    def state() -> Any:
        return SHAPES[shape](shop.state())

    return explore(events, shop.app, state=state, effects=shop.effects, reset=shop.reset, seed=7, losses=False)


def named(receiver: Receiver, name: str, shape: str) -> Anomaly | None:
    """What the flaw is called; None where there is none, or none but the order of rows as they were written."""
    found = explored(receiver, name, shape).counterexample
    is_order = found is not None and found.anomaly is anomaly.ROW_ORDER
    assert not is_order or shape == "as_written"
    return None if found is None or is_order else found.anomaly


def check(receiver: Receiver, name: str) -> None:
    names = {shape: named(receiver, name, shape) for shape in SHAPES}
    assert set(names.values()) == {names["by_key"]}, names
    assert names["by_key"] is not None or name in receiver.heals_on


@pytest.mark.parametrize(("receiver", "name"), SOME, ids=str)
def test_a_flaw_has_one_name_in_every_shape(receiver: Receiver, name: str) -> None:
    check(receiver, name)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("receiver", "name"), MORE, ids=str)
def test_more_flaws_have_one_name_in_every_shape(receiver: Receiver, name: str) -> None:
    check(receiver, name)


@pytest.mark.hunt
@pytest.mark.parametrize(("receiver", "name"), [pair for pair in FLAWS if pair not in (*SOME, *MORE)], ids=str)
def test_every_flaw_has_one_name_in_every_shape(receiver: Receiver, name: str) -> None:
    check(receiver, name)


def test_rows_that_come_as_they_were_written_are_told_as_that_if_nothing_else_is_wrong() -> None:
    receiver = RIGHT[0]
    result = explored(receiver, "tied-updates", "as_written")
    found = result.counterexample
    assert found is not None
    assert (found.kind, found.anomaly, found.smallest) == ("order", anomaly.ROW_ORDER, True)
    assert "are in another order" in result.report().splitlines()[0]
    assert "ORDER BY" in result.report()
    assert explored(receiver, "tied-updates", "sorted_by_id").verdict == "proved"


def test_the_order_of_rows_is_replayed_and_gone_once_they_are_sorted() -> None:
    receiver = RIGHT[0]
    found = explored(receiver, "tied-updates", "as_written").counterexample
    assert found is not None
    events = events_of("tied-updates")
    shop = receiver.make(events)

    def again(shape: Any) -> bool:
        def state() -> Any:
            tables: Tables = shop.state()
            return shape(tables)

        return replay(found.token, shop.app, state=state, events=events, reset=shop.reset).ok

    assert not again(SHAPES["as_written"])
    assert again(SHAPES["sorted_by_id"])
