"""The check that two things are two rows, and not one row under a key such as 0 or null, which means no id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.alike import changes
from steppay_mock.conformance.check import PASSED, Check, Judgement, failed, skipped
from steppay_mock.conformance.families.big_id import with_ids
from steppay_mock.conformance.judging import for_each_type
from steppay_mock.ordering.state.json_path import below
from steppay_mock.ordering.state.normal import plain
from steppay_mock.ordering.truth.names import RowPlace, id_name

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver

_NO_IDS = frozenset({"", "0", "0.0", "none", "null", "undefined", "nan", "unknown"})
"""What languages write, in lower case, where a field is read that is not there."""


@dataclass(frozen=True, slots=True)
class _OnlyRow:
    """The one row of a table, with a key or an id that stands for none."""

    told: str
    """The key or the column, in words."""
    row: Any
    is_named: bool
    """Whether the table has the name of a kind of thing, or is the whole state."""


def _are_two(at: CheckedReceiver, event_type: str) -> Judgement:
    first = with_ids(at.event(event_type), least=31_001)
    second = with_ids(at.event(event_type), least=41_001).at_second(first.timestamp + 60)
    kind = event_type.partition(".")[0]
    at.begin()
    before = at.look()
    alone = at.deliver(first)
    one = at.look()
    trace = at.deliver(second)
    both = at.look()
    if one == before or not (at.accepts(alone, first) and at.accepts(trace, second)):
        return skipped(
            f"Of two events {event_type} one is refused or changes nothing, so its row cannot be looked for."
        )
    known, left, right = (_only_rows_of(at, number, kind) for number in (before, one, both))
    if not left.keys() & right.keys() - known.keys():
        return PASSED
    at.begin()
    at.deliver(second)
    other = _only_rows_of(at, at.look(), kind)
    for path in sorted(left.keys() & other.keys() & right.keys() - known.keys()):
        if _is_shared(left[path], other[path], right[path]):
            return failed(
                f"Two things of {event_type} are one row in its state ({path}), {right[path].told}.",
                trace,
                tags=("one-row",),
            )
    return PASSED


def _is_shared(one: _OnlyRow, other: _OnlyRow, both: _OnlyRow) -> bool:
    """Whether the row after both events is that of one alone: a sum of both, or a table of something else, is not."""
    stays, replaces = not changes(one.row, both.row), not changes(other.row, both.row)
    return (stays or replaces) and (both.is_named or not (stays and replaces))


def _only_rows_of(at: CheckedReceiver, number: int, kind: str) -> dict[str, _OnlyRow]:
    return dict(_only_rows("$", plain(at.state(number).state), kind))


def _only_rows(path: str, node: Any, kind: str, name: str = "") -> Iterator[tuple[str, _OnlyRow]]:
    """The tables of one row, by path, in which the key of the row or its id stands for none.

    Rows of a list are not looked into: a place in a list says nothing of the thing that has it.
    """
    is_named = path == "$" or kind in RowPlace().below(name).kinds
    if isinstance(node, list) and len(node) == 1 and isinstance(node[0], dict):
        for column, value in node[0].items():
            if _is_own_id(column, kind) and _is_none(value):
                yield path, _OnlyRow(f"with {value!r} for {column}", node[0], is_named)
    elif isinstance(node, dict):
        for key, inner in node.items():
            if len(node) == 1 and _is_none(key):
                yield path, _OnlyRow(f"under the key {key!r}", inner, is_named)
            yield from _only_rows(below(path, key), inner, kind, str(key))


def _is_own_id(column: Any, kind: str) -> bool:
    read = id_name(column) if isinstance(column, str) else None
    return read is not None and read.kind in {None, kind}


def _is_none(value: Any) -> bool:
    return not isinstance(value, bool) and str(value).lower() in _NO_IDS


CHECKS = (
    Check(
        name="two-things-are-two-rows",
        family="truth",
        severity="must",
        harm="wrong",
        asks="Two things are two rows, and not one under a key such as 0 or null.",
        cure="Read the id of each object by its name: subscriptionId of a subscription, paymentId of a payment, id of "
        "an order, a customer and an invoice, code of a product (fact 15).",
        facts=(15, 55),
        needs=("reset", "contents"),
        run=for_each_type(_are_two),
    ),
)
"""The check that needs two things."""
