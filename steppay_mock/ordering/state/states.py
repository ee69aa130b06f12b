"""The states that the receiver had: each is kept once, and named by a number.

A search compares states all the time, and a state may have megabytes. With numbers a comparison is one of integers.
"""

from __future__ import annotations

import marshal
from collections.abc import Hashable
from hashlib import blake2b
from typing import Any, NamedTuple

from steppay_mock.ordering.state.rows import without_order

_PLAIN = 1  # a version of marshal without references: from 3 on, one object twice is not written as two equal ones
_SIZE = 16  # bytes


class Snapshot(NamedTuple):
    """One reading of the receiver: state and effects, both in normal form; effects are None without ``effects=``."""

    state: Hashable
    effects: Hashable


class States:
    """All states that were read, numbered from 0 in the order in which they first appeared."""

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
        """Whether two states are equal, or differ only in the order of rows."""
        return one == other or self._rows_of(one) == self._rows_of(other)

    def _rows_of(self, number: int) -> int:
        """A number that is equal for equal rows. It is kept, because minimising asks for it thousands of times."""
        if number not in self._rows:
            state, effects = self._snapshots[number]
            self._rows[number] = self._distinct.setdefault((without_order(state), effects), len(self._distinct))
        return self._rows[number]

    def number(self, snapshot: Snapshot) -> int:
        """The number of the state; a new one if it was never read before."""
        found = self._numbers.setdefault(snapshot, len(self._snapshots))
        if found == len(self._snapshots):
            self._snapshots.append(snapshot)
        return found


def fingerprint(*things: Any) -> bytes | None:
    """A digest of plain data (texts, numbers, None, and containers of them); None for anything else.

    Different data have different digests. Equal data may have several, such as dicts in another order. So a known
    digest saves the normal form, and an unknown one says nothing. marshal is written in C: 3 to 13
    times faster than the normal form, depending on how deep the state is.
    """
    try:
        told = marshal.dumps(things, _PLAIN)
    except ValueError:
        return None
    return blake2b(told, digest_size=_SIZE).digest()
