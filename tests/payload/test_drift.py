"""Drift: one thing that is not documented, in any place, of any of the kinds that may come."""

from collections import Counter
from copy import deepcopy
from typing import Any

import pytest
from payload.settled import draw_of

from steppay_mock import EventType, make_event, make_events
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.drift import KNOWN_ELSEWHERE, can_drift, drift_event
from steppay_mock.payload.options import Drift
from steppay_mock.payload.plan import plan, plan_event

NEW: dict[str, Any] = {
    "storeCode": "store_5fGh2kQ9x",
    "revision": 3,
    "isMigrated": False,
    "tags": ["vip", "2026"],
    "audit": {"actor": "MANAGER", "ip": "127.0.0.1"},
    "archivedAt": "2026-01-01T00:00:00",
}
"""A field of each type that JSON has."""


def test_only_an_event_without_an_enumeration_cannot_have_a_new_value() -> None:
    for event_type in EventType:
        assert can_drift(event_type, None) is can_drift(event_type, "field") is can_drift(event_type, "event") is True
        assert can_drift(event_type, "enum") is not event_type.startswith("customer.")


@pytest.mark.parametrize("event_type", ["order.updated", "subscription.usage.added", "customer.created"])
def test_a_new_event_type_is_a_new_verb_of_the_same_thing(event_type: str) -> None:
    root = event_type.rpartition(".")[0]
    for edge in (False, True):
        events = make_events(event_type, n=40, seed=1, drift="event", edge=edge)
        assert {event.type for event in events} == {
            f"{root}.{verb}" for verb in ("archived", "restored", "merged", "locked")
        }
    assert make_event(event_type, seed=1, drift="event").data == make_event(event_type, seed=1).data


def added(known: Any, drifted: Any) -> list[tuple[str, str]]:
    """The object that has a new field, by one of its known fields, and the field, whose value is checked."""
    if isinstance(known, dict):
        new = [(min(known, default=""), name) for name in drifted.keys() - known.keys()]
        assert all(drifted[name] == NEW[name] for _, name in new)
        return new + [found for name in known for found in added(known[name], drifted[name])]
    if isinstance(known, list):
        return [found for inner, other in zip(known, drifted, strict=True) for found in added(inner, other)]
    assert known == drifted
    return []


@pytest.mark.parametrize("edge", [False, True])
def test_a_new_field_is_added_to_any_object_and_nothing_else_is_changed(*, edge: bool) -> None:
    places: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for known, drifted in zip(
        make_events("order.updated", n=150, seed=1, edge=edge),
        make_events("order.updated", n=150, seed=1, edge=edge, drift="field"),
        strict=True,
    ):
        [(place, name)] = added(known.payload, drifted.payload)
        places[place] += 1
        names[name] += 1
    assert set(names) == set(NEW)
    assert len(places) >= 4  # the envelope, the order, its lines, and what is in them


def test_a_field_that_is_documented_is_not_called_new() -> None:
    node = plan({"properties": {name: {"type": "string"} for name in NEW if name != "tags"}}, edge=False)
    for seed in range(10):
        payload = drift_event({}, "field", node, draw_of(seed=seed))
        assert payload == {"tags": ["vip", "2026"]}
        payload["tags"].append("x")  # the next event has a value of its own


ENUMS: dict[str, Any] = {
    "kind": {"type": "string", "enum": ["A", "B"], "title": "Kind"},
    "gateway": {"type": "string", "enum": ["TOSS"], "title": "PaymentGateway"},
    "kinds": {"type": "array", "items": {"type": "string", "enum": ["A", "B"], "title": "Kind"}},
}
ENUMS["inner"] = {"type": "object", "properties": {"kind": ENUMS["kind"]}}
ENUMS["rows"] = {"type": "array", "items": ENUMS["inner"]}


def drifted(
    value: dict[str, Any], *names: str, seed: int = 0, drift: Drift = "enum", edge: bool = False
) -> dict[str, Any]:
    node = plan({"properties": {name: ENUMS[name] for name in names}}, edge=edge)
    return drift_event({"event": "x.y"} | deepcopy(value), drift, node, draw_of(seed=seed, edge=edge))


def test_a_new_value_is_named_after_its_enumeration_and_joins_the_others_of_a_list() -> None:
    assert drifted({"kind": "A"}, "kind")["kind"] == "NEW_KIND"
    assert drifted({"kinds": ["A"]}, "kinds")["kinds"] == ["A", "NEW_KIND"]
    found = [drifted({"kind": "A", "kinds": ["B"]}, "kind", "kinds", seed=seed) for seed in range(40)]
    assert {(one["kind"], *one["kinds"]) for one in found} == {("NEW_KIND", "B"), ("A", "B", "NEW_KIND")}


def test_a_value_that_the_rest_api_knows_is_preferred() -> None:
    """Fact 17."""
    found = [drifted({"kind": "A", "gateway": "TOSS"}, "kind", "gateway", seed=seed) for seed in range(80)]
    assert {one["kind"] for one in found} == {"A"}
    assert {one["gateway"] for one in found} == {"NAVER", "KCP", "JT", "DAOUDATA", "WELCOME", "KICC"}


@pytest.mark.parametrize("nothing", [{}, {"kind": None, "kinds": None}, {"kinds": []}])
def test_an_edge_case_whose_enumerations_are_null_gets_one_that_is_new(nothing: dict[str, Any]) -> None:
    for seed in range(10):
        found = drifted(nothing, "kind", "kinds", seed=seed, edge=True)
        assert "NEW_KIND" in [found.get("kind"), *(found.get("kinds") or [])]
    for seed in range(20):
        assert "NEW_KIND" in drifted({"kinds": []}, "kinds", seed=seed, edge=True)["kinds"]


@pytest.mark.parametrize("name", ENUMS)
@pytest.mark.parametrize("nothing", [None, []])
def test_an_enumeration_of_any_depth_is_opened_where_all_are_null_or_empty(name: str, nothing: Any) -> None:
    known = {"A", "B", "TOSS"}
    for seed in range(20):  # the factory fills a list with nothing in some of them
        found = drifted({"name": "x", name: nothing}, name, seed=seed, edge=True)
        assert found.keys() == {"event", "name", name}
        new = [text for text in texts_in(found[name]) if text not in known]
        assert new in ([["NEW_KIND"]] if name != "gateway" else [[one] for one in KNOWN_ELSEWHERE["PaymentGateway"]])


def texts_in(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [text for one in inner for text in texts_in(one)]
    return [value]


def test_a_payload_without_any_enumeration_is_an_error_that_says_what_to_use() -> None:
    with pytest.raises(SteppayMockError, match=r"x\.y carries no enumeration that could drift"):
        drifted({})
    node = plan_event("customer.created", edge=False)
    with pytest.raises(SteppayMockError, match="Use drift='field' or drift='event'"):
        drift_event(make_event("customer.created", seed=1).payload, "enum", node, draw_of())
