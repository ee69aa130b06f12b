"""Checks what the caller of a door gave, by the table: unknown names, wrong values, defaults."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from steppay_mock.delivery.options.option import Door, Option
from steppay_mock.delivery.options.table import options_of
from steppay_mock.errors import SteppayMockError, check_names

_OWNERS: dict[Door, str] = {
    "deliver": "deliver()",
    "sender": "Sender()",
    "send": "Sender.send()",
    "explore": "explore()",
    "config": "steppay-mock.toml",
    "cli": "steppay-mock",
}


def check_options(door: Door, given: Mapping[str, Any]) -> dict[str, Any]:
    """All options of the door as they are used, with the default of those that were left out.

    Raises SteppayMockError, which names the option: for an unknown one with the nearest, for a wrong value (a
    WrongValueError) with what was expected.
    """
    rows = _rows(door)
    if not given.keys() <= rows.keys():
        _refuse_unknown(door, given, rows)
    return {**_defaults(door), **{name: rows[name].check(value) for name, value in given.items()}}


@cache
def _rows(door: Door) -> dict[str, Option]:
    return {row.name: row for row in options_of(door)}


@cache
def _defaults(door: Door) -> dict[str, Any]:
    """The defaults as they are used. They are read once: ``deliver`` may be called for each of many events."""
    return {name: row.check(row.default) for name, row in _rows(door).items()}


def _refuse_unknown(door: Door, given: Mapping[str, Any], rows: Mapping[str, Option]) -> None:
    for name, row in rows.items():
        for former, instead in row.former:
            if former in given:
                raise SteppayMockError(
                    f"{_OWNERS[door]} has no option {former!r}. Did you mean {name!r}? Pass {instead}."
                )
    check_names(given, rows, owner=_OWNERS[door])
