"""What did a test do through the fixtures?"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from steppay_mock.delivery.outcome import Outcome
    from steppay_mock.delivery.report import Report
    from steppay_mock.payload.event import Event

_SHOWN = 10


@dataclass(slots=True)
class Record:
    """What a test did through the fixtures: its seed, if it asked for one, and the last events made and delivered."""

    seed: int | None = None
    secrets: set[str] = field(default_factory=set, repr=False)
    made: deque[Event] = field(default_factory=lambda: deque(maxlen=_SHOWN))
    delivered: deque[Outcome] = field(default_factory=lambda: deque(maxlen=_SHOWN))
    made_count: int = 0
    delivered_count: int = 0

    def add_secret(self, secret: object) -> None:
        """Remember a secret, or several, as what must not be shown."""
        if isinstance(secret, str):
            self.secrets.add(secret)
        elif isinstance(secret, tuple | list | set | frozenset):
            self.secrets.update(one for one in secret if isinstance(one, str))

    def add_made(self, events: Iterable[Event]) -> None:
        """Remember events that were made."""
        for event in events:
            self.made.append(event)
            self.made_count += 1

    def add_delivered(self, report: Report) -> None:
        """Remember what came of deliveries."""
        self.delivered.extend(report)
        self.delivered_count += len(report)

    def lines(self) -> Iterator[str]:
        """What was made, in one line, and a line for each delivery."""
        if self.made:
            count = f"{self.made_count}, the last of them " if self.made_count > _SHOWN else ""
            yield f"made: {count}{', '.join(str(event.type) for event in self.made)}"
        if self.delivered_count > _SHOWN:
            yield f"delivered: {self.delivered_count}, the last of them"
        for outcome in self.delivered:
            yield self._without_secrets(f"delivered: {str(outcome).replace(': ', ' -> ', 1)}")

    def _without_secrets(self, text: str) -> str:
        for secret in filter(None, self.secrets):
            text = text.replace(secret, "***")
        return text


RECORD: pytest.StashKey[Record] = pytest.StashKey()


def record_of(item: pytest.Item) -> Record:
    """The record of this test; that there is one says that it uses the fixtures."""
    return item.stash.setdefault(RECORD, Record())
