"""Which places of a state a delivery changed: of two states, and of two runs that are compared."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ordering.cases import run

from steppay_mock import Event
from steppay_mock.ordering.report.changed_places import Trails, changed_places, meet

VALUES = st.recursive(
    st.none() | st.integers(0, 2) | st.sampled_from(["a", "b"]),
    lambda inner: st.dictionaries(st.sampled_from(["a", "b", "ab"]), inner, max_size=3),
    max_leaves=6,
)
STATES = st.dictionaries(st.sampled_from(["a", "b", "ab"]), VALUES, max_size=3)


def test_places_are_paths_to_what_differs() -> None:
    before = {
        "same": 1,
        "new": {},
        "row": {"status": "A", "at": 1},
        "gone": {"x": 1, "y": {"z": 2}},
        "turned": {"x": 1},
    }
    after = {"same": 1, "new": {"n": 1}, "row": {"status": "B", "at": 1}, "turned": 7, "come": {}}
    assert changed_places(before, after) == {
        *("$.new.n", "$.row.status", "$.gone.x", "$.gone.y.z"),
        *("$.turned.x", "$.turned"),  # what was there, and what is there now
        "$.come",
    }


@given(STATES, STATES)
def test_two_states_differ_where_a_place_differs(one: dict[str, Any], other: dict[str, Any]) -> None:
    found = changed_places(one, other)
    assert bool(found) is (one != other)
    assert found == changed_places(other, one)
    everything = changed_places({}, one) | changed_places({}, other)
    assert all(meet(frozenset({place}), everything) for place in found)


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("$.a", "$.a", True),
        ("$.a", "$.a.b", True),
        ("$.a", "$.a[0]", True),
        ("$", "$.a", True),
        ("$.a", "$.ab", False),
        ("$.a.b", "$.a.c", False),
    ],
)
def test_places_meet_where_one_is_in_the_other(one: str, other: str, wanted: bool) -> None:  # noqa: FBT001
    assert meet(frozenset({one}), frozenset({other, "$.zzz"})) is wanted
    assert meet(frozenset({other}), frozenset({one, "$.zzz"})) is wanted
    assert not meet(frozenset(), frozenset({one}))


def counts(state: dict[str, Any], event: Event) -> None:
    """Keeps how each row ended, and counts all."""
    state[str(event.data["row"])] = event.data["to"]
    state["count"] = state.get("count", 0) + 1


def changed(trails: Trails, at: int) -> set[str]:
    """What a delivery of the failing run changed."""
    found = trails.changed(failing=True, before=at, after=at + 1)
    assert found is not None
    return set(found)


EVENTS = tuple(Event.from_payload({"event": "mine", "data": {"row": row, "to": to}}) for row, to in ("a1", "a2", "b1"))


def test_of_what_a_delivery_changed_only_what_ends_wrong_counts() -> None:
    one, two = run(counts, EVENTS, (0, 1, 2)), run(counts, EVENTS, (1, 0, 2))
    trails = Trails(expected=one, passing=one, failing=two)
    assert trails.wrong == {"$.a"}
    assert [changed(trails, at) for at in range(3)] == [{"$.a"}, {"$.a"}, set()]
    assert trails.changed(failing=True, before=1, after=1) == frozenset()
    assert trails.changed(failing=False, before=0, after=2) == frozenset({"$.a"})


def test_where_nothing_ends_wrong_all_counts() -> None:
    one = run(counts, EVENTS, (0, 2))
    trails = Trails(expected=one, passing=one, failing=one)
    assert trails.wrong == frozenset()
    assert trails.changed(failing=True, before=1, after=2) == frozenset({"$.b", "$.count"})


def test_a_run_whose_states_were_not_read_has_no_places() -> None:
    one, two = run(counts, EVENTS, (0, 1), trail=False), run(counts, EVENTS, (1, 0))
    trails = Trails(expected=one, passing=one, failing=two)
    assert trails.changed(failing=False, before=0, after=1) is None
    assert trails.changed(failing=True, before=0, after=1) == frozenset({"$.a"})
    swapped = Trails(expected=two, passing=two, failing=one)
    assert swapped.changed(failing=True, before=0, after=1) is None
    assert swapped.changed(failing=False, before=0, after=1) == frozenset({"$.a"})


def lists(state: dict[str, Any], event: Event) -> None:
    """Shows rows as they come."""
    rows = [row for row in state.get("rows", ()) if row["id"] != event.data["row"]]
    state["rows"] = [*rows, {"id": event.data["row"], "to": event.data["to"]}]


def test_a_row_is_named_by_its_key_in_all_states() -> None:
    one, two = run(lists, EVENTS, (0, 1, 2)), run(lists, EVENTS, (2, 1, 0))
    trails = Trails(expected=one, passing=one, failing=two)
    place = """$.rows["id='a'"].to"""
    assert trails.wrong == {place}
    assert [changed(trails, at) for at in range(3)] == [set(), {place}, {place}]
