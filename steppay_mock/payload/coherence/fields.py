"""The view through which rules read and change an object: fields that the user fixed stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.draw import Draw
from steppay_mock.payload.instants import parse_local_date_time
from steppay_mock.payload.overrides import NO_PINS, Pins, pins_below

Amount = int | Decimal
"""An exact amount: a Decimal if it is not whole, because sums of floats are not exact."""


@dataclass(slots=True)  # not frozen: each object of each event makes some, and a frozen one takes twice as long
class Fields:
    """The fields of one object, what the user fixed of them, and the event's source of chance."""

    data: dict[str, Any]
    pins: Pins
    draw: Draw

    @property
    def event_type(self) -> EventType:
        """The type of the event that has this object."""
        return self.draw.event_type

    def __getitem__(self, name: str) -> Any:
        return self.data.get(name)

    def is_fixed(self, name: str) -> bool:
        """Whether the user fixed the field, or something below it."""
        return name in self.pins

    def put(self, **values: Any) -> None:
        """Set these fields, except those that the user fixed and those that the schema no longer has."""
        data, pins = self.data, self.pins
        # Not items(): nearly all calls set one field or two, and to make pairs of them would cost more.
        for name in values:  # noqa: PLC0206
            if name in data and name not in pins:
                data[name] = values[name]

    def clear(self, *names: str) -> None:
        """Make these fields null, with the exceptions of :meth:`put`."""
        data, pins = self.data, self.pins
        for name in names:
            if name in data and name not in pins:
                data[name] = None

    def need(self, *names: str) -> None:
        """Mark these fields as needed by the event: an edge case must not make them null."""
        for name in names:
            self.draw.needed.add((id(self.data), name))

    def within(self, name: str) -> Fields | None:
        """The object in that field, or None if it is null."""
        inner = self.data.get(name)
        return Fields(inner, pins_below(self.pins, name), self.draw) if isinstance(inner, dict) else None

    def each(self, name: str) -> list[Fields]:
        """The objects in that list; none if it is null."""
        inner, draw = self.data.get(name), self.draw
        if not isinstance(inner, list):
            return []
        if name not in self.pins:
            return [Fields(item, NO_PINS, draw) for item in inner if isinstance(item, dict)]
        pins = pins_below(self.pins, name)
        return [
            Fields(item, pins_below(pins, at), self.draw) for at, item in enumerate(inner) if isinstance(item, dict)
        ]

    def text(self, name: str) -> str:
        """The text in that field; empty if the value is not text, as a user's override may be."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def whole(self, name: str) -> int:
        """The whole number in that field; zero if there is none."""
        value = self.data.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    def amount(self, name: str) -> Amount:
        """The exact amount in that field; zero if there is none."""
        value = self.data.get(name)
        if value.__class__ is int:
            whole: int = value
            return whole
        if not isinstance(value, float | Decimal):
            return 0
        exact = Decimal(str(value))  # by its text: Decimal(0.1) is not 0.1
        return exact if exact.is_finite() else 0

    def moment(self, name: str) -> datetime | None:
        """The moment in that field; None if there is none, or if it cannot be read."""
        value = self.data.get(name)
        return parse_local_date_time(value) if isinstance(value, str) else None

    def happen(self, *names: str, days: float = 90) -> None:
        """Give these fields moments of the last ``days`` in this order, the last one now.

        A moment that the user fixed stays: earlier fields move before it and later ones behind it.
        """
        draw = self.draw
        moments = [*sorted(draw.past(days=days) for _ in names[1:]), draw.now]
        fixed = [self.moment(name) if self.is_fixed(name) else None for name in names]
        for at, moment in enumerate(fixed):
            if moment is not None:
                moments[at] = moment
                moments[:at] = [min(earlier, moment) for earlier in moments[:at]]
                moments[at + 1 :] = [max(later, moment) for later in moments[at + 1 :]]
        self.put(**{name: draw.stamp(moment) for name, moment in zip(names, moments, strict=True)})


def money(amount: Amount) -> int | float:
    """The amount as JSON writes it: whole where it is whole."""
    if amount.__class__ is int:  # most are, and a store writes many
        return amount
    return int(amount) if amount == int(amount) else float(amount)


def keep_one(fields: Fields, name: str) -> None:
    """Shorten that list to its first value."""
    values = fields[name]
    if isinstance(values, list) and len(values) > 1:
        fields.put(**{name: values[:1]})


def keep_to_quantity(item: Fields, *, least: str = "", most: str = "") -> None:
    """Move the bounds of the quantity that can be bought, so that the quantity is within them."""
    quantity = item["quantity"]
    if not isinstance(quantity, int):
        return
    lower, upper = item[least], item[most]
    if isinstance(lower, int) and lower > quantity:
        item.put(**{least: quantity})
    if isinstance(upper, int) and upper < quantity:
        item.put(**{most: quantity})
