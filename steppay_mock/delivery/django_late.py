"""Database work of other threads that goes on after a delivery, while the test is in a transaction.

Such a thread has a connection of its own, so what it writes outlives the test, and later tests find it. It is refused
until the transaction of the test ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class LateWatch:
    """Refuses connections of other threads from ``begin()`` until the transactions of the test have ended."""

    def __init__(self, held: tuple[Any, ...], *, refuse: Callable[[Any], None]) -> None:
        # The block, and not the connection alone: the connection is used again by the transaction of the next test.
        self._blocks = [(one, one.atomic_blocks[-1]) for one in held if getattr(one, "atomic_blocks", None)]
        self._refuse = refuse
        self.is_refused = False

    def begin(self) -> None:
        """Begin to watch."""
        from django.db.backends.signals import connection_created

        if self._blocks:
            connection_created.connect(self._meet, weak=False)

    def end(self) -> None:
        """Watch no longer."""
        from django.db.backends.signals import connection_created

        connection_created.disconnect(self._meet)

    def is_of(self, held: tuple[Any, ...]) -> bool:
        """Whether one of these connections is still in a transaction that this was made for."""
        return any(one in held and block in one.atomic_blocks for one, block in self._blocks)

    def _meet(self, connection: Any, **_signal: Any) -> None:
        """Called in whichever thread has opened a connection."""
        open_ones = [one for one, block in self._blocks if block in one.atomic_blocks]
        if not open_ones:
            self.end()
            return
        if any(connection.alias == one.alias and connection is not one for one in open_ones):
            self.is_refused = True
            self._refuse(connection)
