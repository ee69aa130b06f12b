"""Receivers that keep the last few events, and lose one that comes late."""

from __future__ import annotations

from typing import Any, ClassVar

from ordering.zoo.shop import Envelope, Shop
from ordering.zoo.webhook import about, row_of, version_of


class _LatestFew(Shop):
    """A list of the newest payments or orders, into which something older gets only while there is room."""

    kept: ClassVar[int]

    def handle(self, envelope: Envelope) -> int:
        entry: list[Any] = version_of(envelope)
        latest: list[list[Any]] = self.notes.setdefault("latest", [])
        if entry in latest:
            return 204
        if len(latest) < self.kept or entry > latest[0]:
            self.notes["latest"] = sorted([*latest, entry], reverse=True)[: self.kept]
            self.rows("latest")["all"] = {"entries": [list(one) for one in self.notes["latest"]]}
        return 204


class LatestTwo(_LatestFew):
    """The newest two are shown; one that comes late is not put between them."""

    flaw = "orphan update lost"
    shows_on = ("three-failures", "customer-leaves")
    kept = 2


class LatestThree(_LatestFew):
    """The newest three are shown; one that comes late is not put among them."""

    flaw = "orphan update lost"
    shows_on = ("three-failures", "profile")
    kept = 3


class LatestFour(_LatestFew):
    """The newest four are shown; one that comes late is not put among them."""

    flaw = "orphan update lost"
    shows_on = ("renewals", "deposit")
    kept = 4


class SortsInPairs(Shop):
    """Two webhooks are awaited, sorted and written, and what comes after them is believed to be newer."""

    flaw = "stale overwrite"
    shows_on = ("pause-at-period-end",)
    hides = "the webhook that waits for a second one"

    def handle(self, envelope: Envelope) -> int:
        if not self.meets(envelope):
            return 202
        pair = sorted([*self.notes.get("pair", []), [*version_of(envelope), *about(envelope), row_of(envelope)]])
        self.notes["pair"] = pair if len(pair) < 2 else []
        for *_, table, key, row in pair if len(pair) == 2 else []:
            self.rows(table)[key] = row
        return 202


MEMBERS: tuple[type[Shop], ...] = (LatestTwo, LatestThree, LatestFour, SortsInPairs)
