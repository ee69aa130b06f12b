"""Events have their fields in the order of the vendor's tables: those of the factory, and those of the store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from steppay_mock import EventType, Store, make_event, make_events, scenario
from steppay_mock.contract.catalogue import catalogue
from steppay_mock.store.scenarios.registry import all_scenarios

_TABLES = json.loads((Path(__file__).parents[1] / "contract" / "documented.json").read_text(encoding="utf-8"))
DOCUMENTED: dict[str, dict[str, str]] = _TABLES["objects"]


def objects_in(value: Any, kind: str) -> Iterator[tuple[str, list[str]]]:
    """The name of each documented object in the value, and its fields as they stand there."""
    if isinstance(value, list):
        for inner in value:
            yield from objects_in(inner, kind)
    elif isinstance(value, dict) and (fields := DOCUMENTED.get(kind.rstrip("?[]"))):
        yield kind.rstrip("?[]"), list(value)
        for name, inner in value.items():
            yield from objects_in(inner, fields[name])


def assert_in_order(payload: dict[str, Any], *, whole: bool = True) -> set[str]:
    """Check the envelope and every object; returns the names of the objects that were there."""
    assert list(payload) == ["timestamp", "version", "event", "data", "isTest"]  # facts 2 and 3
    seen = set()
    for kind, names in objects_in(payload["data"], catalogue()[EventType(payload["event"])].object_name):
        wanted = [name for name in DOCUMENTED[kind] if whole or name in names]
        assert names == wanted, (payload["event"], kind)
        seen.add(kind)
    return seen


@pytest.mark.parametrize("edge", [False, True])
def test_an_event_of_the_factory_has_the_order_of_the_tables(*, edge: bool) -> None:
    seen = set()
    for event in make_events(n=20, seed=7, edge=edge, nulls="null"):
        seen |= assert_in_order(event.payload)
    assert seen == set(DOCUMENTED)


def test_values_of_the_user_and_nulls_that_are_left_out_do_not_change_the_order() -> None:
    data = {"cancel": {"lastCanceledDate": None}, "vBank": {"bankName": "국민"}, "paymentId": 7}
    for nulls in ("omit", "mixed", "null"):
        event = make_event("payment.completed", seed=7, data=data, nulls=nulls)
        assert assert_in_order(event.payload, whole=nulls == "null") >= {"Payment", "Cancel", "VBank"}


def test_an_event_of_the_store_has_the_order_of_the_tables() -> None:
    seen: set[str] = set()
    types: set[str] = set()
    for name in all_scenarios():
        for event in scenario(name, v1=None, seed=7, nulls="null"):
            seen |= assert_in_order(event.payload)
            types.add(str(event.type))
    assert types == {str(event_type) for event_type in EventType}
    assert seen >= {"Order", "OrderItem", "Payment", "Cancel", "Payer", "VBank", "NiceCms", "Subscription", "Price"}


def test_a_payment_ends_as_the_one_that_was_seen() -> None:
    """Fact 33: after the name of what it is for, paymentOnly and cancel, and nothing of lastCanceledDate."""
    store = Store(seed=7)
    store.checkout(method="card")
    [paid] = [event for event in store.events if event.type == "payment.completed"]
    made = make_event("payment.completed", seed=7)
    for event in (paid, made):
        assert list(event.data)[-2:] == ["paymentOnly", "cancel"]
        assert event.data["cancel"] == {"canceledAmount": 0}
    assert paid.body.endswith(
        b'    "paymentOnly": false,\n    "cancel": {\n      "canceledAmount": 0\n    }\n  },\n  "isTest": true\n}'
    )
