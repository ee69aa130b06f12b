"""Receivers that refuse a change which the order of delivery makes look impossible."""

from __future__ import annotations

from typing import Any

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, Shop
from ordering.zoo.webhook import about, status_of, version_of

_MOVES = {
    "ACTIVE": {"ACTIVE", "UNPAID", "PAUSE", "PENDING_PAUSE", "PENDING_CANCEL", "CANCELED"},
    "UNPAID": {"ACTIVE", "UNPAID", "CANCELED", "EXPIRED"},
    "PENDING_PAUSE": {"ACTIVE", "PAUSE"},
    "PAUSE": {"ACTIVE", "CANCELED"},
    "PENDING_CANCEL": {"ACTIVE", "CANCELED"},
}


class RefusesImpossibleMoves(Shop):
    """A state machine answers 409 to a move that StepPay does not make, and follows each that it could make."""

    flaw = "order-dependent rejection"
    shows_on = ("paused-then-cancelled", "pause-at-period-end")

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        if table != "subscriptions":
            return 204
        new, known = status_of(envelope), self.rows(table).get(key, {}).get("status")
        if known is not None and new != known and new not in _MOVES.get(known, set()):
            return 409
        self.rows(table)[key] = {"status": new}
        return 204


class RefusesTheStale(Guarded):
    """What is older than the row is answered with 409: the rows are right, and whoever retries does so for ever."""

    flaw = "order-dependent rejection"
    shows_on = ("renewal-recovers", "purchase")

    def handle(self, envelope: Envelope) -> int:
        known: Any = self.note("versions").get("/".join(about(envelope)))
        super().handle(envelope)
        return 409 if known is not None and version_of(envelope) < known else 204


MEMBERS: tuple[type[Shop], ...] = (RefusesImpossibleMoves, RefusesTheStale)
