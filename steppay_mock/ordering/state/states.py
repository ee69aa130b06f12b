"""Which states did the receiver have? Each is kept once, and called by its number."""

from __future__ import annotations

import marshal
from collections.abc import Hashable
from hashlib import blake2b
from typing import Any, NamedTuple

from steppay_mock.ordering.state.rows import without_order

_PLAIN = 1  # a version of the format in which equal values are written alike, whether they are one object or two
_SIZE = 16  # bytes


class Snapshot(NamedTuple):
    """What was seen of the receiver: state and effects, both in normal form; effects None if nobody lists them."""

    state: Hashable
    effects: Hashable


class States:
    """The states that were seen, numbered from 0 in the order in which they turned up."""

    def __init__(self) -> None:
        self._numbers: dict[Snapshot, int] = {}
        self._snapshots: list[Snapshot] = []
        self._rows: dict[int, int] = {}
        self._distinct: dict[Hashable, int] = {}

    def __len__(self) -> int:
        return len(self._snapshots)

    def __getitem__(self, number: int) -> Snapshot:
        return self._snapshots[number]

    def same_rows(self, one: int, other: int) -> bool:
        """Whether two states differ in nothing but the order of rows, or not at all."""
        return one == other or self._rows_of(one) == self._rows_of(other)

    def _rows_of(self, number: int) -> int:
        """A number that is equal for the same rows; it is asked for again and again while a failure is made smaller."""
        if number not in self._rows:
            state, effects = self._snapshots[number]
            self._rows[number] = self._distinct.setdefault((without_order(state), effects), len(self._distinct))
        return self._rows[number]

    def number(self, snapshot: Snapshot) -> int:
        """The number of the state; a new one, if it was never seen."""
        found = self._numbers.setdefault(snapshot, len(self._snapshots))
        if found == len(self._snapshots):
            self._snapshots.append(snapshot)
        return found


def fingerprint(*things: Any) -> bytes | None:
    """The digest of plain data: texts, numbers, None, and containers of them; None where there is something else.

    Equal data may have several, such as dicts in another order: it is a short cut to what is known, and no more.
    """
    try:
        told = marshal.dumps(things, _PLAIN)
    except ValueError:
        return None
    return blake2b(told, digest_size=_SIZE).digest()  # thousands of them are kept, and a state may have megabytes
