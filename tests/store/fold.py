"""The state that follows from the webhooks alone: a receiver's bookkeeping, which shares no code with the store.

It knows of each object what the vendor documents: its fields (those that are null are left out of a delivery), and the
field by which it is found.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

State = dict[str, dict[Any, dict[str, Any]]]

_DOCUMENTED = json.loads((Path(__file__).parents[1] / "contract" / "documented.json").read_text(encoding="utf-8"))
_OBJECTS: dict[str, dict[str, str]] = _DOCUMENTED["objects"]
_OBJECT_OF_EVENT: dict[str, str] = {event: told[0] for event, told in _DOCUMENTED["events"].items()}

# Fact 15: objects do not name their own id alike.
_FOUND_BY = {
    "Customer": ("customers", "id"),
    "Product": ("products", "code"),
    "Price": ("prices", "priceCode"),
    "Order": ("orders", "id"),
    "Subscription": ("subscriptions", "subscriptionId"),
    "Payment": ("payments", "paymentId"),
    "Invoice": ("invoices", "id"),
    "Usage": ("usage", "subscriptionItemId"),
}


def fold(first: State, payloads: Iterable[Mapping[str, Any]]) -> State:
    """What is true after these webhooks, of what was true ``first``, which stays as it is."""
    state = deepcopy(first)
    for payload in payloads:
        fold_in(state, payload)
    return state


def fold_in(state: State, payload: Mapping[str, Any]) -> None:
    """Change the state in place by one webhook."""
    name = object_of(payload)
    if name == "Cover":
        return  # a message to the customer changes nothing
    told = spell_out(name, deepcopy(payload["data"]))
    table, found_by = _FOUND_BY[name]
    if payload["event"].endswith(".deleted"):
        state[table].pop(told[found_by])
        for price in told.get("prices", []):
            state["prices"].pop(price["priceCode"], None)
        return
    if name == "Product":
        state["prices"].update({price["priceCode"]: price for price in told.pop("prices")})
    elif name == "Usage":
        told = {sum_: told[sum_] for sum_ in ("accumulatedRecord", "accumulatedQuota")}
    elif name == "Subscription":
        _begin_period(state, told)
    state[table][key_of(payload)] = told


def object_of(payload: Mapping[str, Any]) -> str:
    """Which documented object a webhook carries."""
    return _OBJECT_OF_EVENT[payload["event"]]


def key_of(payload: Mapping[str, Any]) -> Any:
    """What a webhook's object is found by."""
    return payload["data"][_FOUND_BY[object_of(payload)][1]]


def spell_out(name: str, told: dict[str, Any]) -> dict[str, Any]:
    """The object with every documented field, null where the wire left it out, and so for all within it."""
    whole = dict(told)
    for field, kind in _OBJECTS[name].items():
        if kind.endswith("?"):
            whole.setdefault(field, None)
        inner, value = kind.rstrip("?"), whole.get(field)
        if value is None:
            continue
        if inner in _OBJECTS:
            whole[field] = spell_out(inner, value)
        elif inner.removesuffix("[]") in _OBJECTS:
            whole[field] = [spell_out(inner.removesuffix("[]"), one) for one in value]
    return whole


def _begin_period(state: State, told: dict[str, Any]) -> None:
    before = state["subscriptions"].get(told["subscriptionId"])
    if before is not None:
        for number in counted_anew(before, told):
            state["usage"].pop(number, None)


def counted_anew(before: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[int]:
    """The items whose usage begins again: at each renewal (fact 26), but seats only where the way to count changes."""
    renewed = before["currentPeriod"]["startDateTime"] != told["currentPeriod"]["startDateTime"]
    old = {item["subscriptionItemId"]: item for item in before["items"]}
    yield from old.keys() - {item["subscriptionItemId"] for item in told["items"]}
    for item in told["items"]:
        ways = [(one["priceType"], one["claimMethodType"]) for one in (old.get(item["subscriptionItemId"], item), item)]
        seats = any(kind == "UNIT_BASED" for kind, _ in ways)
        if ways[0] != ways[1] if seats else renewed:
            yield item["subscriptionItemId"]
