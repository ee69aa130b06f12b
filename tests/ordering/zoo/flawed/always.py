"""Receivers that are wrong in every order alike: only the state of the store shows it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, Row, Shop
from ordering.zoo.webhook import about, canceled_amount, status_of

_RANKS = ("ACTIVE", "PENDING_PAUSE", "PAUSE", "UNPAID", "PENDING_CANCEL", "CANCELED", "EXPIRED")


class NeverGoesBack(Guarded):
    """A subscription's status only goes forward, so that one that has paid its debt stays UNPAID."""

    flaw = "wrong in every order"
    shows_on = ("renewal-recovers", "pause-at-period-end")

    def version(self, envelope: Envelope) -> Any:
        status = status_of(envelope)
        rank = _RANKS.index(status) if status in _RANKS else 0
        return [rank, super().version(envelope)]


class SumsRefundsOnce(Guarded):
    """Each canceledAmount is added once, though each is the sum so far."""

    flaw = "wrong in every order"
    shows_on = ("refund-in-parts",)

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        if self.meets(envelope) and table == "payments":
            refunded = self.note("refunded")
            refunded[key] = refunded.get(key, 0) + canceled_amount(envelope)
        return super().handle(envelope)

    def state(self) -> dict[str, dict[str, Row]]:
        shown = super().state()
        for key, row in shown.get("payments", {}).items():
            row["canceledAmount"] = self.note("refunded").get(key, 0)
        return shown


class DatesInKst(Guarded):
    """A LocalDateTime is read as KST, and the next payment is expected nine hours too early (fact 10)."""

    flaw = "wrong in every order"
    shows_on = ("renewal-recovers",)

    def row(self, envelope: Envelope) -> Row | None:
        row = super().row(envelope)
        if row is not None and row.get("nextPaymentDate"):
            row["nextPaymentDate"] = str(datetime.fromisoformat(row["nextPaymentDate"]) - timedelta(hours=9))
        return row


MEMBERS: tuple[type[Shop], ...] = (NeverGoesBack, SumsRefundsOnce, DatesInKst)
