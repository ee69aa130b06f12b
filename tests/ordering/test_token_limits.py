"""A token that nobody's search made is refused, before anything is delivered."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args
from zlib import compress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppay_mock import SteppayMockError, Store, make_event, scenario
from steppay_mock.ordering.findings import Kind
from steppay_mock.ordering.token import describe_events, digest, read_token, source_of

STORY = scenario("customer-registers-and-leaves", seed=7)
MADE = describe_events(list(STORY), source=source_of(STORY))
SOURCE = MADE.source
assert SOURCE is not None
TOLD: dict[str, Any] = {
    "course": [0, 1, 2],
    "kind": "state",
    "events": {str(place): list(event) for place, event in MADE.events.items()},
    "source": [SOURCE.scenario, SOURCE.seed, SOURCE.parameters, SOURCE.assumptions],
}


def token(**changes: Any) -> str:
    packed = compress(json.dumps({**TOLD, **changes}).encode())
    return "sp1." + urlsafe_b64encode(packed).decode().rstrip("=")


def test_the_token_that_is_changed_below_is_one() -> None:
    assert read_token(token(retries=3, burst=1.5)).course == (0, 1, 2)


@pytest.mark.parametrize(
    "changes",
    [
        *({"retries": value} for value in (10**18, 1_001, -1, True, 1.5, "3")),
        *({"burst": value} for value in (float("nan"), float("inf"), -1, 0, True, 10**400)),
        *({"course": [0, value]} for value in (True, -1, 10**30, None)),
        {"course": [0, -5], "events": {**TOLD["events"], "-5": ["a", "order.created"]}},
        {"course": [0, 10**9], "events": {**TOLD["events"], str(10**9): ["a", "order.created"]}},
        {"course": [0, 1, 2] * 100, "together": list(range(300))},
        {"source": [*TOLD["source"][:2], {"seed": 1}, {}]},
        {"source": [*TOLD["source"][:2], {"assumptions": {}}, {}]},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_absurd_numbers_are_no_token(changes: dict[str, Any]) -> None:
    with pytest.raises(SteppayMockError, match=r"is not a token of a counterexample\. Copy the whole token"):
        read_token(token(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        *({"retries": value} for value in (0, 1, 1_000)),
        *({"burst": value} for value in (None, 0.001, 2, 1e9)),
        {"course": [100_000], "events": {"100000": ["a", "order.created"]}},
        {"course": [2, 2, 0]},
        {"course": [0, 1, 2], "together": [0, 1]},
        {"course": [0, 1, 2], "together": [1, 2]},
        {"course": [0, 1, 2], "together": [0, 1, 2]},
        {"course": [0, 1] * 50, "together": list(range(100))},
        *({"kind": kind} for kind in get_args(Kind)),
        {"source": [*TOLD["source"][:1], "a seed", {}, {}]},
        {"source": None},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_a_token_may_reach_every_limit(changes: dict[str, Any]) -> None:
    read = read_token(token(**changes))
    told = {"retries": read.retries, "burst": read.burst, "kind": read.kind}
    assert told == {
        "retries": 0,
        "burst": None,
        "kind": "state",
        **{name: changes.get(name, told[name]) for name in told},
    }
    assert (list(read.course), list(read.together)) == (changes.get("course", [0, 1, 2]), changes.get("together", []))
    assert (read.source is None) is (changes.get("source", ()) is None)
    assert read.held is False


@pytest.mark.parametrize(
    "changes",
    [
        {"course": []},
        {"course": [0, 3]},
        {"course": [100_001], "events": {"100001": ["a", "order.created"]}},
        {"course": [0, 1, 2], "together": [0]},
        {"course": [0, 1, 2], "together": [0, 2]},
        {"course": [0, 1, 2], "together": [1, 0]},
        {"course": [0, 1, 2], "together": [2, 3]},
        {"course": [0, 1, 2], "together": [-1, 0]},
        {"course": [0, 1] * 51, "together": list(range(101))},
        {"kind": "mood"},
        {"kind": None},
        {"source": [7, 7, {}, {}]},
        {"source": ["a", True, {}, {}]},
        {"source": ["a", 1.5, {}, {}]},
        {"source": ["a", None, {}, {}]},
        {"source": ["a", 7, [], {}]},
        {"source": ["a", 7, {}, []]},
        {"source": ["a", 7, {}]},
        {"events": [["a", "b"]]},
        {"events": {"0": ["a"]}},
        {"events": {"x": ["a", "b"]}},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_what_does_not_fit_together_is_no_token(changes: dict[str, Any]) -> None:
    with pytest.raises(SteppayMockError, match=r"is not a token of a counterexample\. Copy the whole token"):
        read_token(token(**changes))


def packed(text: str) -> str:
    return "sp1." + urlsafe_b64encode(compress(text.encode())).decode().rstrip("=")


def test_a_token_unpacks_to_so_much_and_no_more() -> None:
    text = json.dumps(TOLD)
    assert read_token(packed(text + " " * (100_000 - len(text)))).course == (0, 1, 2)
    for wrong in (packed(text + " " * (100_001 - len(text))), packed(text)[:-4], packed("[]"), packed("{"), "sp1."):
        with pytest.raises(SteppayMockError, match="is not a token of a counterexample"):
            read_token(wrong)


def test_a_token_is_read_with_blanks_around_it_and_in_no_other_format() -> None:
    assert read_token(f" {token()}\n") == read_token(token())
    for wrong in (token().replace("sp1.", "sp2."), token().removeprefix("sp1."), ""):
        with pytest.raises(SteppayMockError, match="it begins with sp1"):
            read_token(wrong)


def test_what_is_no_token_is_shown_in_part() -> None:
    with pytest.raises(SteppayMockError) as caught:
        read_token("x" * 60 + "y")
    assert "xxx' is not a token" in str(caught.value)
    assert "y" not in str(caught.value).partition("'")[2].partition("'")[0]


@given(
    course=st.lists(st.integers(0, 5), min_size=1, max_size=8).map(tuple),
    kind=st.sampled_from(get_args(Kind)),
    numbers=st.tuples(st.none() | st.floats(0.001, 100), st.integers(0, 1_000)),
    held=st.booleans(),
    data=st.data(),
)
def test_a_token_says_what_it_was_made_of(
    *, course: tuple[int, ...], kind: Kind, numbers: tuple[float | None, int], held: bool, data: st.DataObject
) -> None:
    burst, retries = numbers
    first = data.draw(st.integers(0, len(course) - 1))
    last = data.draw(st.integers(first, len(course) - 1))
    together = tuple(range(first, last + 1)) if last > first else ()
    events = [make_event("order.created", seed=seed) for seed in range(6)]
    described = describe_events(events, source=SOURCE, burst=burst, retries=retries)
    read = read_token(described.of(course, kind=kind, together=together, held=held))
    assert (read.course, read.kind, read.together) == (course, kind, together)
    assert (read.burst, read.retries, read.source) == (burst, retries, SOURCE)
    assert read.held is (held and bool(together))
    assert read.events == {place: described.events[place] for place in sorted(set(course))}
    assert [digest(events[place]) for place in read.events] == [name for name, _ in read.events.values()]


# What a token can make again.


def test_a_story_that_a_token_cannot_make_again_has_no_source() -> None:
    assert source_of(None) is None
    both = Store(seed=7).interleave("one-time-purchase", "refund-in-parts")
    assert source_of(both) is None, "it joins two"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(Decimal(9_900), 9_900), (Decimal("9900.0"), 9_900), (Decimal("9900.5"), 9_900.5), (9_900, 9_900)],
)
def test_a_price_is_a_number_in_a_token(value: Any, wanted: float) -> None:
    currency = "KRW" if wanted == int(wanted) else "USD"
    source = source_of(scenario("one-time-purchase", seed=7, price=value, currency=currency))
    assert source is not None
    assert source.parameters["price"] == wanted
    assert type(source.parameters["price"]) is type(wanted)


def test_a_start_is_a_time_in_a_token() -> None:
    source = source_of(scenario("one-time-purchase", seed=7, start=datetime(2025, 1, 15, tzinfo=UTC)))
    assert source is not None
    assert source.parameters["start"] == 1_736_899_200
