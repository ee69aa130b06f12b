"""Receivers that cannot order two webhooks of one second, or of one rank."""

from __future__ import annotations

from typing import Any

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, Shop
from ordering.zoo.webhook import about, status_of

_RANKS = {"INCOMPLETE": 0, "ACTIVE": 1, "UNPAID": 2, "PAUSE": 3, "PENDING_CANCEL": 4, "CANCELED": 5, "EXPIRED": 6}


class EqualIsNewer(Guarded):
    """Of one second, the last arrival wins."""

    flaw = "tie flip"
    shows_on = ("tied-updates", "renewal-queues", "purchase")
    heals_on = ("tie-healed",)

    def version(self, envelope: Envelope) -> Any:
        return envelope["timestamp"]

    def is_newer(self, version: Any, known: Any) -> bool:
        return bool(version >= known)


class EqualIsOlder(Guarded):
    """Of one second, the first arrival wins."""

    flaw = "tie flip"
    shows_on = ("tied-updates", "renewal-queues", "purchase")
    heals_on = ("tie-healed",)

    def version(self, envelope: Envelope) -> Any:
        return envelope["timestamp"]


class RankWithoutQueueing(Guarded):
    """Of one second, the higher rank wins; QUEUEING has none, counts as ACTIVE, and ties with it."""

    flaw = "tie flip"
    shows_on = ("renewal-queues",)

    def version(self, envelope: Envelope) -> Any:
        return [envelope["timestamp"], _RANKS.get(status_of(envelope), 1)]

    def is_newer(self, version: Any, known: Any) -> bool:
        return bool(version >= known)


class RankWithoutPendingPause(Shop):
    """The higher rank wins, and PENDING_PAUSE, which has none, raises as soon as there is something to compare."""

    flaw = "order-dependent rejection"
    shows_on = ("pause-at-period-end",)

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        status, rows = status_of(envelope), self.rows(table)
        if key not in rows or _RANKS[status] > _RANKS[rows[key]["status"]]:
            rows[key] = {"status": status}
        return 204


MEMBERS: tuple[type[Shop], ...] = (EqualIsNewer, EqualIsOlder, RankWithoutQueueing, RankWithoutPendingPause)
