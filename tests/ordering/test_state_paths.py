"""Paths into a state lead where they say, also as patterns; states are numbered, and data have fingerprints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from steppay_mock.ordering.state.ignore import read_ignore
from steppay_mock.ordering.state.json_path import PatternError, below, places_at, read_steps
from steppay_mock.ordering.state.normal import normalise
from steppay_mock.ordering.state.states import Snapshot, States, fingerprint

FEW = settings(max_examples=50)
NAMES = st.text("ab_-. 7금*'", min_size=1, max_size=4)
TREES = st.recursive(
    st.integers(0, 3) | st.sampled_from(["x", None]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.integers(0, 12), inner, max_size=3),
    max_leaves=12,
)


def places(state: Any, path: str = "$") -> Iterator[tuple[str, Any, Any]]:
    """Every place of a state: its path, its key and its value."""
    members = state.items() if isinstance(state, dict) else enumerate(state) if isinstance(state, list) else ()
    for key, value in members:
        inner = below(path, key)
        yield inner, key, value
        yield from places(value, inner)


def without(state: Any, path: str, at: str = "$") -> Any:
    """A copy of the state without the place at the path."""
    if isinstance(state, dict):
        return {key: without(value, path, below(at, key)) for key, value in state.items() if below(at, key) != path}
    if isinstance(state, list):
        return [without(value, path, below(at, key)) for key, value in enumerate(state) if below(at, key) != path]
    return state


# Paths.


@FEW
@given(TREES)
def test_the_path_of_a_place_leads_to_it_and_to_nothing_else(state: Any) -> None:
    listed = list(places(state))
    assert len({path for path, _, _ in listed}) == len(listed)
    for path, key, value in listed:
        if "*" in path:
            continue  # a star in a name stands for any letters
        found = list(places_at(state, read_steps(path)))
        assert [(one, name) for one, name, _ in found] == [(path, key)]
        assert found[0][2] is value


@FEW
@given(TREES, st.randoms(use_true_random=False))
def test_ignoring_a_place_leaves_out_that_place_and_nothing_else(state: Any, random: Random) -> None:
    listed = [path for path, _, _ in places(state) if "*" not in path]
    assume(listed)
    path = random.choice(listed)
    ignore = read_ignore(path)
    assert normalise(state, ignore=ignore) == normalise(without(state, path))
    assert ignore.unmatched() == ()


@FEW
@given(TREES, NAMES.filter(lambda name: "*" not in name and "'" not in name))
def test_any_depth_is_every_place_with_that_key(state: Any, name: str) -> None:
    found = [path for path, _, _ in places_at(state, read_steps(f"$..['{name}']"))]
    assert Counter(found) == Counter(path for path, key, _ in places(state) if key == name)


@pytest.mark.parametrize(
    ("step", "path"),
    [
        *(("id", "$.id"), ("_a-1", "$._a-1"), ("금액", "$.금액"), ("7", "$['7']"), ("a b", "$['a b']"), ("", "$['']")),
        *(("a'b", '$["a\'b"]'), (7, "$[7]"), (None, "$[None]"), ((1, "a"), "$[(1, 'a')]")),
    ],
)
def test_a_step_is_written_plainly_where_it_is_a_name(step: object, path: str) -> None:
    assert below("$", step) == path


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("$.*", ["$.a", "$.b"]),
        ("$.a[*]", ["$.a[0]", "$.a[1]"]),
        ("$.a[1]", ["$.a[1]"]),
        ("$..id", ["$.a[0].id", "$.a[1].id", "$.b.id"]),
        ("$..[0]", ["$.a[0]"]),
        ("$.b.i*", ["$.b.id", "$.b.item"]),
        ("$.b.*d", ["$.b.id"]),
        ("$.b['id']", ["$.b.id"]),
        ('$.b["id"]', ["$.b.id"]),
        ("$.b.x", []),
        ("$.a.*", []),  # names match no index
        ("$[*]", ["$.a", "$.b"]),
    ],
)
def test_what_a_pattern_matches(pattern: str, paths: list[str]) -> None:
    state = {"a": [{"id": 1}, {"id": 2}], "b": {"id": 3, "item": 4}}
    if pattern == "$.a.*":
        paths = ["$.a[0]", "$.a[1]"]  # but a star alone is every member
    assert [path for path, _, _ in places_at(state, read_steps(pattern))] == paths


@pytest.mark.parametrize(
    ("path", "rest"), [("$.a[", "["), ("$.a[-1]", "[-1]"), ("$a", "a"), ("$.a..", ".."), ("$.", ".")]
)
def test_what_is_no_step_is_told_from_there_on(path: str, rest: str) -> None:
    with pytest.raises(PatternError) as caught:
        read_steps(path)
    assert caught.value.rest == rest


# States and their numbers.


def test_states_are_numbered_as_they_first_appear() -> None:
    states = States()
    snapshots = [Snapshot(normalise(value), None) for value in ("a", "b", "a", "c", "b")]
    assert [states.number(one) for one in snapshots] == [0, 1, 0, 2, 1]
    assert len(states) == 3
    assert [states[number].state for number in range(3)] == ["a", "b", "c"]
    assert states.number(Snapshot(normalise("a"), frozenset({("mail", 1)}))) == 3


@FEW
@given(TREES, TREES)
def test_fingerprints_are_equal_only_for_equal_data(one: Any, other: Any) -> None:
    assert (fingerprint(one) == fingerprint(other)) <= (normalise(one) == normalise(other))
    assert fingerprint(one, other) != fingerprint(other, one) or normalise(one) == normalise(other)
    again = eval(repr(one))
    assert fingerprint([one, one]) == fingerprint([again, eval(repr(one))])
    assert fingerprint(one, object()) is None
