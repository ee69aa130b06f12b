"""Finds the identifiers in events: the schemas mark which fields are ids, codes, keys and addresses (``x-means``).

Identifiers of the catalogue (products, prices, options) belong to the shop and not to a customer. They count only if
the events include events of products or prices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.schemas import Schema, event_schema
from steppay_mock.contract.v1 import V1EventType, v1_schema
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.payload.event import Event

Spots = Mapping[Any, Any]
"""The places of identifiers in a payload: a tree of keys and positions, whose leaves say what the value means."""

_CATALOGUE = {"product-code", "price-code"}
_OF_CATALOGUE = {"selectedProductOptionIds", "selectedOptions"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """The identifiers of one run, by what they mean, each in the order of its first appearance.

    A number is an int, also where StepPay writes it as text (fact 14). A merchant's own id that is no number is a text.
    """

    customer_ids: tuple[Any, ...] = ()
    customer_codes: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    order_ids: tuple[Any, ...] = ()
    order_codes: tuple[str, ...] = ()
    order_item_codes: tuple[str, ...] = ()
    id_keys: tuple[str, ...] = ()
    subscription_ids: tuple[Any, ...] = ()
    payment_ids: tuple[Any, ...] = ()
    invoice_ids: tuple[Any, ...] = ()
    product_codes: tuple[str, ...] = ()
    price_codes: tuple[str, ...] = ()
    ids: tuple[Any, ...] = ()
    """All other ids: of items, usages, messages."""

    @property
    def customer_id(self) -> Any:
        """The first customer of the events; None if they name none."""
        return self.customer_ids[0] if self.customer_ids else None


_KINDS = {one.name.removesuffix("s").replace("_", "-"): one.name for one in fields(Ids)}


def find_spots(events: Iterable[Event]) -> list[Spots]:
    """The places of the identifiers of each event; SteppayMockError for an event that no schema describes."""
    listed = list(events)
    with_catalogue = any(str(event.type).startswith(("product.", "price.")) for event in listed)
    return [_spots_of(event, with_catalogue=with_catalogue) for event in listed]


def read_identifiers(event: Event, spots: Spots) -> Iterator[tuple[str, int | str]]:
    """The identifiers of the event: the meaning, such as ``order-id``, and the value."""
    yield from _read(event.payload, spots)


def collect_ids(found: Iterable[tuple[str, int | str]]) -> Ids:
    """The identifiers by what they mean, each once."""
    collected: dict[str, dict[Any, None]] = {}
    for means, value in found:
        is_number = means.endswith("id") and str(value).isdecimal()
        collected.setdefault(_KINDS[means], {})[int(value) if is_number else value] = None
    return Ids(**{name: tuple(values) for name, values in collected.items()})


def _spots_of(event: Event, *, with_catalogue: bool) -> Spots:
    kind = event.type
    if not isinstance(kind, EventType | V1EventType):
        raise SteppayMockError(
            f"With {option('fresh', value=True)} events get new ids, and no schema says where {kind!r} has ids. "
            "Leave that event out."
        )
    schema = v1_schema(kind) if isinstance(kind, V1EventType) else event_schema(kind)
    found = _spots(schema, event.payload, with_catalogue=with_catalogue)
    return found if isinstance(found, dict) else {}


def _spots(schema: Schema, value: Any, *, with_catalogue: bool) -> Any:
    """The spots below a value; the meaning, if it is an identifier itself; None if there are no identifiers."""
    schema = {**schema.get("anyOf", [{}])[0], **schema}  # anyOf: [the type, null]; the first one has the fields
    if isinstance(value, dict):
        known = schema.get("properties", {})
        below = {
            name: _spots(known[name], inner, with_catalogue=with_catalogue)
            for name, inner in value.items()
            if name in known and (with_catalogue or name not in _OF_CATALOGUE)
        }
    elif isinstance(value, list):
        item = schema.get("items", {})
        below = {at: _spots(item, inner, with_catalogue=with_catalogue) for at, inner in enumerate(value)}
    else:
        means = schema.get("x-means")
        is_one = means in _KINDS and isinstance(value, int | str) and not isinstance(value, bool)
        return means if is_one and (with_catalogue or means not in _CATALOGUE) else None
    return {key: spot for key, spot in below.items() if spot} or None


def _read(value: Any, spots: Any) -> Iterator[tuple[str, int | str]]:
    if isinstance(spots, str):
        yield spots, value
        return
    for key, below in spots.items():
        yield from _read(value[key], below)
