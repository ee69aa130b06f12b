"""A receiver of the zoo: a WSGI application, tables that its user probes, and private notes."""

from __future__ import annotations

import json
from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, ClassVar

from steppay_mock import Event

Envelope = Mapping[str, Any]
Row = dict[str, Any]
Tables = dict[str, dict[str, Row]]

_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class Shop:
    """A receiver that has just been started. Members override ``handle``; the sentence of their docstring says why.

    All it knows is in ``tables``, ``notes`` and ``done``, as plain JSON: a saved shop is complete, and equal shops are
    equal text.
    """

    flaw: ClassVar[str | None] = None
    """The anomaly that it shows; None if it is right."""
    shows_on: ClassVar[tuple[str, ...]] = ()
    """The event sets on which the flaw must show."""
    heals_on: ClassVar[tuple[str, ...]] = ()
    """Event sets of which some events show it, and all of them do not: what comes last makes it good."""
    hides: ClassVar[str | None] = None
    """What decides its future and is not in ``state()``."""

    def __init__(self, story: Sequence[Event] = ()) -> None:
        self.story = story
        self.tables: Tables = {}
        self.notes: dict[str, Any] = {}
        self.done: list[str] = []

    def handle(self, envelope: Envelope) -> int:
        """Take one webhook and answer with a status."""
        raise NotImplementedError

    def app(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """The receiver as a WSGI application."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response(f"{self.handle(json.loads(body))} Told", [("Content-Length", "0")])
        return []

    def state(self) -> Tables:
        """What its user would look at: the tables that have rows, each row under its id."""
        return {table: {key: dict(row) for key, row in rows.items()} for table, rows in self.tables.items() if rows}

    def effects(self) -> list[str]:
        """The mails, points and coupons that went out, sorted."""
        return list(self.done)

    def reset(self) -> None:
        """Forget everything."""
        self.tables, self.notes, self.done = {}, {}, []

    def save(self) -> str:
        """All that it knows; equal for equal shops."""
        return _write([self.tables, self.notes, self.done])

    def restore(self, saved: str) -> None:
        """Be as it was when that was saved."""
        self.tables, self.notes, self.done = json.loads(saved)

    def rows(self, table: str) -> dict[str, Row]:
        """The rows of a table, to be changed."""
        return self.tables.setdefault(table, {})

    def note(self, name: str) -> dict[str, Any]:
        """Notes of one kind, to be changed."""
        return self.notes.setdefault(name, {})  # type: ignore[no-any-return]

    def do(self, effect: str) -> None:
        """Have an effect in the world."""
        insort(self.done, effect)

    def meets(self, envelope: Envelope) -> bool:
        """Whether a delivery with this very content is the first one; it is noted."""
        seen, content = self.note("seen"), fingerprint(envelope)
        new = content not in seen
        seen[content] = True
        return new


def fingerprint(envelope: Envelope) -> str:
    """The content of a webhook, which is all that tells it from another (fact 4)."""
    return sha256(_write(envelope).encode()).hexdigest()[:20]
