"""Nulls, edge cases, drift and locales: each mode does what it is named after."""

import json
import re
from typing import Any

import pytest
from thinning import thinned

from steppay_mock import EventType, SteppayMockError, iter_errors, make_event, make_events, validate
from steppay_mock.payload.drift import KNOWN_ELSEWHERE
from steppay_mock.payload.edges import Edge
from steppay_mock.payload.options import Drift


def flat(value: Any) -> list[Any]:
    """Every scalar within the value."""
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in flat(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in flat(inner)] or [[]]
    return [value]


def test_nulls_are_left_out_written_or_either() -> None:
    def nulls(mode: Any) -> int:
        return sum(flat(event.payload).count(None) for event in make_events(seed=1, n=5, nulls=mode))

    left_out, written, either = nulls("omit"), nulls("null"), nulls("mixed")
    assert left_out == 0
    assert 0 < either < written


def test_the_modes_of_nulls_differ_in_nothing_else() -> None:
    def without_nulls(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
        return [without_nulls(inner) for inner in value] if isinstance(value, list) else value

    omitted = make_events(seed=1)
    for mode in ("null", "mixed"):
        assert [without_nulls(event.payload) for event in make_events(seed=1, nulls=mode)] == [
            event.payload for event in omitted
        ]


def test_edge_cases_reach_the_ends_of_what_is_allowed() -> None:
    events = make_events(n=60, seed=5, edge=True)
    leaves = [leaf for event in events for leaf in flat(event.payload)]
    texts = {leaf for leaf in leaves if isinstance(leaf, str)}
    numbers = {leaf for leaf in leaves if isinstance(leaf, int | float) and not isinstance(leaf, bool)}
    assert "" in texts
    assert max(map(len, texts)) >= 10_000
    assert any("🇰🇷" in text for text in texts)
    assert any("가" in text for text in texts)
    assert {0, 2**31, 2**53 - 1} <= numbers
    assert any(isinstance(number, float) and number != int(number) for number in numbers)
    assert any(b"10000.0" in event.body for event in events)
    assert [] in leaves
    dates = [text for text in texts if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?", text)]
    assert any("-02-29T" in date for date in dates)
    assert any("-12-31T23:59:59" in date for date in dates)
    assert any("-01-01T00:00:00" in date for date in dates)
    assert {len(date.partition(".")[2]) for date in dates} >= {0, 1, 9}


def integers(*, edge: Edge) -> set[int]:
    """Every integer of many events, those that are written as text (fact 14) among them."""
    leaves = [leaf for event in make_events(n=200, seed=5, edge=edge) for leaf in flat(event.payload)]
    numbers = {leaf for leaf in leaves if isinstance(leaf, int) and not isinstance(leaf, bool)}
    return numbers | {int(leaf) for leaf in leaves if isinstance(leaf, str) and re.fullmatch("[0-9]{15,20}", leaf)}


def test_a_double_holds_every_integer_of_an_edge_case_unless_all_of_64_bits_are_asked_for() -> None:
    assert max(integers(edge=True)) == 2**53 - 1
    assert {2**53, 2**53 + 1, 2**63 - 1} <= integers(edge="64-bit")
    for event in make_events(n=20, seed=5, edge="64-bit"):
        validate(event, strict=True)


def test_an_edge_case_means_the_same_by_an_id_in_all_places() -> None:
    named = [
        event.data["subscriptions"] or []
        for event in make_events("order.updated", n=200, seed=5, edge=True, nulls="null")
    ]
    repeated = [ids for ids in named if len(ids) > 1]
    assert {len(set(ids)) for ids in repeated} == {1}
    assert len({ids[0] for ids in repeated}) > 5


@pytest.mark.parametrize("event_type", thinned(EventType, every=3))
@pytest.mark.parametrize(("drift", "kind"), [("field", "unknown-field"), ("enum", "enum"), ("event", "unknown-event")])
def test_drift_fails_strict_validation_for_its_reason_alone(event_type: EventType, drift: Drift, kind: str) -> None:
    if drift == "enum" and event_type.startswith("customer."):
        with pytest.raises(SteppayMockError, match="Use drift='field' or drift='event'"):
            make_event(event_type, seed=1, drift=drift)
        return
    for edge in (False, True):
        for event in make_events(event_type, n=30, seed=3, drift=drift, edge=edge):
            assert [violation.kind for violation in iter_errors(event, strict=True)] == [kind]


def test_an_unknown_field_is_no_violation_unless_strict() -> None:
    for event in make_events(n=10, seed=1, drift="field"):
        assert list(iter_errors(event)) == []


def test_all_that_can_have_a_new_enumeration_value_get_one() -> None:
    types = {event.type for event in make_events(seed=1, drift="enum")}
    assert types == {event_type for event_type in EventType if not event_type.startswith("customer.")}


def test_the_values_that_the_rest_api_knows_come_first() -> None:
    """Fact 17."""
    bodies = b"".join(event.body for event in make_events(n=60, seed=1, drift="enum"))
    for values in KNOWN_ELSEWHERE.values():
        for value in values:
            assert f'"{value}"'.encode() in bodies


def test_american_people_ship() -> None:
    american = make_event("customer.created", seed=1, locale="en_US").data
    assert american["name"].isascii()
    assert american["shipping"]["countryCode"] == "US"


@pytest.mark.extra("faker")
def test_people_of_other_locales_come_from_faker() -> None:
    japanese = make_event("customer.created", seed=1, locale="ja_JP")
    assert japanese.data["shipping"]["countryCode"] == "JP"
    assert list(iter_errors(japanese, strict=True)) == []
    assert make_event("customer.created", seed=1, locale="ja_JP").body == japanese.body


@pytest.mark.extra("faker")
def test_the_shipped_people_are_what_their_maker_makes() -> None:
    """So that they can be made again; the values themselves change with Faker's version."""
    from importlib.resources import files

    from steppay_mock.payload.pools import people_from_faker

    for locale in ("ko_KR", "en_US"):
        shipped = json.loads((files("steppay_mock") / f"payload/pool_data/people.{locale}.json").read_text("utf-8"))
        made = people_from_faker(locale)
        assert {key: len(value) for key, value in shipped.items()} == {key: len(value) for key, value in made.items()}


def test_without_faker_the_shipped_locales_work_and_others_say_how_to_get_it() -> None:
    import subprocess
    import sys

    script = (
        "import sys; sys.modules['faker'] = None\n"
        "from steppay_mock import make_event\n"
        "print(make_event('customer.created', seed=1).type)\n"
        "make_event('customer.created', seed=1, locale='ja_JP')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == "customer.created\n"
    assert "pip install faker" in done.stderr
