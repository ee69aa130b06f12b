"""Nulls: which fields an edge case may lose, how many it loses, and in which modes nulls are written."""

from copy import deepcopy
from typing import Any

import pytest
from payload.settled import LEAST, MOST, draw_of

from steppay_mock.payload.chance import Chance
from steppay_mock.payload.nulls import make_some_null, write_nulls
from steppay_mock.payload.plan import plan

TEXT, PERHAPS = {"type": "string"}, {"type": ["string", "null"]}
LIST = {"type": "array", "items": TEXT}
INNER = {"type": "object", "properties": {"always": TEXT, "perhaps": PERHAPS}}
SCHEMA = {
    "type": "object",
    "properties": {
        "always": TEXT,
        "perhaps": PERHAPS,
        "list": LIST,
        "inner": INNER,
        "maybe": {"anyOf": [LIST, {"type": "null"}]},
        "inners": {"type": "array", "items": INNER},
    },
}
VALUE: dict[str, Any] = {
    "always": "a",
    "perhaps": "b",
    "list": ["c"],
    "inner": {"always": "d", "perhaps": "e"},
    "maybe": ["f"],
    "inners": [{"always": "g", "perhaps": "h"}, {"always": "i", "perhaps": "j"}],
}
NODE = plan(SCHEMA, edge=True)


def lost(*, chance: float = LEAST, pins: dict[Any, Any] | None = None, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    value, draw = deepcopy(VALUE), draw_of(edge=True, chance=chance)
    draw.needed.update((id(value), name) for name in needed)
    make_some_null(value, NODE, draw, pins=pins or {})
    return value


def test_what_may_be_null_is_lost_and_a_list_is_emptied() -> None:
    empty: dict[str, Any] = {
        "always": "a",
        "perhaps": None,
        "list": [],
        "inner": {"always": "d", "perhaps": None},
        "maybe": None,
    }
    assert lost() == {**empty, "inners": []}
    assert lost(chance=MOST) == VALUE


def test_what_is_needed_stays_and_so_does_what_is_fixed() -> None:
    for kept in ("perhaps", "list", "maybe"):
        assert lost(needed=(kept,)) == {**lost(), kept: VALUE[kept]}
        assert lost(pins={kept: VALUE[kept]}) == {**lost(), kept: VALUE[kept]}
    # Below a list that is kept, the objects lose what is not kept of them.
    without = [{"always": "g", "perhaps": None}, {"always": "i", "perhaps": None}]
    assert lost(needed=("inners",))["inners"] == without
    fixed = lost(pins={"inners": {1: {"perhaps": "j"}}, "inner": {"perhaps": "e"}})
    assert fixed["inners"] == [without[0], VALUE["inners"][1]]
    assert fixed["inner"] == VALUE["inner"]


def test_a_fifth_of_the_fields_is_lost() -> None:
    value = {"perhaps": "b", "list": ["c"]}
    node = plan({"type": "object", "properties": {"perhaps": PERHAPS, "list": LIST}}, edge=True)
    counts = {"perhaps": 0, "list": 0}
    for seed in range(1000):
        made = deepcopy(value)
        make_some_null(made, node, draw_of(seed=seed, edge=True), pins={})
        counts["perhaps"] += made["perhaps"] is None
        counts["list"] += made["list"] == []
    assert all(150 < count < 250 for count in counts.values())


@pytest.mark.parametrize("value", [None, "x", 5, [1, None], {"a": None, "b": [None, {"c": None}]}])
def test_what_is_written_of_nulls(value: Any) -> None:
    payload = {"none": None, "value": deepcopy(value), "deep": [[{"none": None, "x": 1}]]}
    written = deepcopy(payload)
    write_nulls(written, "null", Chance(1))
    assert written == payload
    omitted = deepcopy(payload)
    write_nulls(omitted, "omit", None)
    assert "none" not in omitted
    assert omitted["deep"] == [[{"x": 1}]]
    shown = {"b": [None, {}]} if isinstance(value, dict) else value
    assert omitted.get("value") == shown


def test_in_the_mixed_mode_half_of_the_nulls_are_written() -> None:
    payload = dict.fromkeys(map(str, range(1000))) | {"inner": dict.fromkeys(map(str, range(1000)))}
    write_nulls(payload, "mixed", Chance(1))
    for found in (payload, payload["inner"]):
        assert found is not None
        assert 430 < len(found) < 570
