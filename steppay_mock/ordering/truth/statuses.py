"""Hints on statuses that contradict the store, in StepPay's words and in common words of receivers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from steppay_mock.contract.schemas import load_schema
from steppay_mock.ordering.truth.hint import Hint
from steppay_mock.ordering.truth.names import without_kinds, words_of
from steppay_mock.ordering.truth.rows import StateRow
from steppay_mock.ordering.truth.things import Thing, ThingEvent

FIELDS = {
    "subscription": "status",
    "payment": "status",
    "order": "items.*.status",  # an order has no status of its own, its lines have
    "invoice": "status",
    "product": "status",
}
_VOCABULARIES = {
    "subscription": "SubscriptionStatus",
    "payment": "PaymentStatus",
    "order": "OrderItemStatus",
    "invoice": "InvoiceStatus",
    "product": "ProductStatus",
}

# The statuses that a receiver's own word may mean. The lists are generous: "active" may mean that access is given.
_ENDED = "CANCELED EXPIRED PENDING_CANCEL"
_WAITING = "STANDBY VIRTUAL_BANK_STANDBY CMS_STANDBY"
_REFUNDED = "CANCELED PARTIAL_CANCELED USER_CANCELED CANCELED_FAIL"
_PAID = "COMPLETE CANCELED PARTIAL_CANCELED CANCELED_FAIL"
_UNPAID = frozenset({"CREATED", "DEPOSIT_WAITING", "CANCELLED", "PAYMENT_FAILURE"})  # of the lines of an order
_STATUS_NAMES = (("status",), ("state",))
_OWN_WORDS: dict[str, dict[str, str]] = {
    "subscription": {
        "active": "ACTIVE PENDING_CANCEL PENDING_PAUSE QUEUEING UNPAID INCOMPLETE",
        "unpaid": "UNPAID QUEUEING PAUSE INCOMPLETE",
        "past_due": "UNPAID QUEUEING PAUSE INCOMPLETE",
        "canceled": _ENDED,
        "expired": _ENDED,
        "ended": _ENDED,
        "paused": "PAUSE PENDING_PAUSE",
        "pause": "PAUSE PENDING_PAUSE",
    },
    "payment": {
        "complete": _PAID,
        "completed": _PAID,
        "paid": _PAID,
        "succeeded": _PAID,
        "success": _PAID,
        "failed": "FAILED USER_CANCELED CANCELED_FAIL",
        "canceled": _REFUNDED,
        "refunded": _REFUNDED,
        "pending": f"{_WAITING} FAILED",
        "standby": f"{_WAITING} FAILED",
    },
    "order": {},
    "invoice": {"paid": "PAID", "overdue": "OVER_DUE", "over_due": "OVER_DUE"},
    "product": {"sale": "SALE", "out_of_stock": "OUT_OF_STOCK"},
}


def status_hints(row: StateRow) -> Iterator[Hint]:
    """The hints on the statuses of the row."""
    for name, value in row.columns.items():
        if isinstance(value, str) and _is_status(name, row):
            hint = _compare(row, name, value)
            if hint is not None:
                yield hint


def has_status(row: StateRow) -> bool:
    """Whether the row has a status that can be compared with the store."""
    return any(
        _contradicts(value, thing, row) is not None
        for name, value in row.columns.items()
        if isinstance(value, str) and _is_status(name, row)
        for thing in row.about(name)
        if thing.kind in FIELDS
    )


def is_word_of(value: str, kind: str) -> bool:
    """Whether StepPay has this status, spelled like this, for such a thing."""
    return kind in _VOCABULARIES and value in _vocabulary(kind)


def _is_status(name: str, row: StateRow) -> bool:
    rest = without_kinds(words_of(name))
    if row.is_value:  # a single value under an id is often the status, and has no name
        return not row.place.is_foreign or rest in _STATUS_NAMES
    return rest in _STATUS_NAMES


def _compare(row: StateRow, name: str, value: str) -> Hint | None:
    """The hint on the status, if it contradicts every thing that it may belong to."""
    compared = [(thing, _contradicts(value, thing, row)) for thing in row.about(name) if thing.kind in FIELDS]
    decided = [(thing, wrong) for thing, wrong in compared if wrong is not None]
    if not decided or not all(wrong for _, wrong in decided):
        return None
    return _hint(decided[0][0], value, row.path_of(name))


def _contradicts(value: str, thing: Thing, row: StateRow) -> bool | None:
    """Whether the status contradicts the store; None if its meaning is not known."""
    known = thing.known(FIELDS[thing.kind])
    if not known or None in known:
        return None
    right = {*known, *thing.tied(FIELDS[thing.kind])}
    # An order has no status in StepPay, so PAID is the receiver's own word. It is wrong only if no line was paid.
    if thing.kind == "order" and value.upper() == "PAID":
        return right <= _UNPAID
    if row.is_own and value in _vocabulary(thing.kind):
        return value not in right
    meant = _own_word(value, thing.kind)
    return None if meant is None else meant.isdisjoint(right)


def _own_word(value: str, kind: str) -> frozenset[str] | None:
    word = "_".join(words_of(value))
    meant = _OWN_WORDS[kind].get(word)
    return None if meant is None else frozenset(meant.split())


@cache
def _vocabulary(kind: str) -> frozenset[str]:
    return frozenset(load_schema("enumerations.schema.json")["$defs"][_VOCABULARIES[kind]]["enum"])


def _hint(thing: Thing, value: str, path: str) -> Hint:
    field = FIELDS[thing.kind]
    says = " and ".join(dict.fromkeys(map(str, thing.known(field) or ())))
    said = {value} if value in thing.told(field) else _own_word(value, thing.kind) or set()
    replaced = thing.replaced(field, said)
    return Hint(
        kind="status",
        path=path,
        thing=str(thing),
        here=value,
        store=says,
        sentence=f"looks wrong: {thing} ends {value} here, the store says {says} ({path}). "
        + before(replaced, f"No event has {value} for it: look at where the value comes from."),
        missed="" if replaced is None else replaced.event_type,
    )


def before(replaced: ThingEvent | None, otherwise: str) -> str:
    """The event that replaced this value in the store, with the next step; ``otherwise`` if the store never had it."""
    if replaced is None:
        return otherwise
    return (
        f"The store had this value before event {replaced.number}, {replaced.event_type}: look at what the receiver "
        "writes when that event arrives."
    )
