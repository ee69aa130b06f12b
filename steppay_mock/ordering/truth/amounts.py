"""Hints on amounts: columns whose name says which amount of StepPay they hold, and which contradict the store.

``amount`` may be the amount that was paid, what is left after a refund, or a sum over items. So a value gets a hint
only if it is none of the thing's amounts and no difference of two of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from itertools import permutations
from typing import Any

from steppay_mock.ordering.truth.hint import Hint
from steppay_mock.ordering.truth.names import without_kinds, words_of
from steppay_mock.ordering.truth.rows import StateRow
from steppay_mock.ordering.truth.statuses import before
from steppay_mock.ordering.truth.things import Thing

_PAID = "paid amount|amount|total amount|total"
_BACK = "returned amount|refunded amount|refund amount|refunded|refund"
_CANCELED = "canceled amount|cancel amount"
_FIELDS: dict[str, dict[str, str]] = {
    "payment": {"paidAmount": _PAID, "cancel.canceledAmount": f"{_CANCELED}|{_BACK}"},
    "order": {
        "paidAmount": _PAID,
        "returnedAmount": _BACK,
        "leftAmount": "left amount|remaining amount",
        "discountedAmount": "discounted amount|discount amount",
    },
    "price": {"price": "|amount"},
    "invoice": {"discount": "discount|discount amount"},
    "usage": {"accumulatedRecord": "accumulated record", "accumulatedQuota": "accumulated quota"},
}
_NAMES = {
    kind: {frozenset(name.split()): field for field, names in fields.items() for name in names.split("|")}
    for kind, fields in _FIELDS.items()
}
AMOUNTS = frozenset(
    {"paidAmount", "returnedAmount", "leftAmount", "discountedAmount", "canceledAmount", "price", "discount"}
    | {"firstSalePrice", "onetimeBundlePrice", "accumulatedRecord", "accumulatedQuota"}
)
_LOOSE = frozenset({frozenset({"amount"}), frozenset({"total"}), frozenset({"total", "amount"})})
_REFUNDS = {"payment": ("cancel.canceledAmount",), "order": ("returnedAmount",)}
_CURRENCIES = frozenset({"krw", "won", "usd"})
_SCALES = (1, 100, 10_000, 1_000_000)  # a receiver may keep whole parts, such as cents or millionths


def amount_hints(row: StateRow) -> Iterator[Hint]:
    """The hints on the amounts of the row."""
    for name, value in row.columns.items():
        number = read_number(value)
        hint = _compare(row, name, number, _core(name)) if number is not None else None
        if hint is not None:
            yield hint


def has_amount(row: StateRow) -> bool:
    """Whether the row has an amount whose name says which one it is."""
    return any(
        read_number(value) is not None and _core(name) in _NAMES.get(thing.kind, {})
        for name, value in row.columns.items()
        for thing in row.about(name)
    )


def _core(name: str) -> frozenset[str]:
    return frozenset(word for word in without_kinds(words_of(name)) if word not in _CURRENCIES)


def read_number(value: Any) -> Decimal | None:
    """The number of 10000, 10000.0 or "10000.00"; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _compare(row: StateRow, name: str, number: Decimal, words: frozenset[str]) -> Hint | None:
    candidates = [
        (thing, field)
        for thing in row.about(name)
        if (field := _NAMES.get(thing.kind, {}).get(words)) is not None
        and (thing.kind != "price" or thing in row.things)  # in another row it may be a sum of several prices
    ]
    found = [(thing, field, _store_number(thing, field)) for thing, field in candidates]
    if not found or any(store is None or store == number for _, _, store in found):
        return None
    if any(_explains(thing, number, is_loose=words in _LOOSE) for thing in (*row.things, *row.mentioned)):
        return None
    thing, field, store = found[0]
    path, here = row.path_of(name), row.columns[name]
    same = [value for value in thing.told(field) if _number_in(field, value) == number]
    replaced = thing.replaced(field, same)
    return Hint(
        kind="amount",
        path=path,
        thing=str(thing),
        here=here,
        store=store,
        sentence=f"looks wrong: {thing} has {here} here ({path}), the store's {field} is {store}. "
        + before(replaced, f"Compare the value that the receiver writes with data.{field}."),
        missed="" if replaced is None else replaced.event_type,
    )


def _store_number(thing: Thing, field: str) -> Decimal | None:
    """The store's value; 0 for the canceled amount of a payment that was never canceled."""
    known = thing.known(field)
    return None if known is None else _number_in(field, known[0])


def _number_in(field: str, value: Any) -> Decimal | None:
    return Decimal(0) if value is None and field.startswith("cancel.") else read_number(value)


def _explains(thing: Thing, number: Decimal, *, is_loose: bool) -> bool:
    """Whether the number is one of the thing's amounts, or a difference of two.

    0 is also the default of a column that was never written. So it is explained only where a refund may leave 0.
    """
    if number == 0:
        return is_loose and any(_store_number(thing, field) for field in _REFUNDS.get(thing.kind, ()))
    own = {abs(one) for data in (thing.kept, *_last_second(thing)) for one in _amounts(data)}
    sums = own | {abs(one - other) for one, other in permutations(own, 2)}
    scaled = {one * scale for one in sums for scale in _SCALES} | {one / 100 for one in sums}
    return abs(number) in scaled


def _last_second(thing: Thing) -> list[Mapping[str, Any]]:
    return [one.data for one in thing.events if one.second == thing.events[-1].second]


def _amounts(data: Any) -> Iterator[Decimal]:
    if isinstance(data, Mapping):
        for name, value in data.items():
            number = read_number(value) if name in AMOUNTS else None
            if number is not None:
                yield number
            yield from _amounts(value)
    elif isinstance(data, list):
        for one in data:
            yield from _amounts(one)
