"""Checks what the caller of a door gave, by the table: unknown names, wrong values, defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from steppay_mock.delivery.options.option import Door
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
    rows = options_of(door)
    for row in rows:
        for former, instead in row.former:
            if former in given:
                raise SteppayMockError(
                    f"{_OWNERS[door]} has no option {former!r}. Did you mean {row.name!r}? Pass {instead}."
                )
    check_names(given, [row.name for row in rows], owner=_OWNERS[door])
    return {row.name: row.check(given.get(row.name, row.default)) for row in rows}
