"""Receivers with one mistake in what a later event does to a row, or an earlier one that comes late."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from conformance.zoo.shop import Envelope, Shop

Row = Mapping[str, Any]


class IgnoresRefunds(Shop):
    """payment.canceled is answered 204 and does nothing: what was paid stays paid."""

    finding = "truth/ignores-refunds"

    def row_of(self, envelope: Envelope) -> tuple[str, str, dict[str, Any]] | None:
        return None if envelope["event"] == "payment.canceled" else super().row_of(envelope)


class KeepsPointsAfterRefunds(Shop):
    """Points for each payment, one for a hundred won, and none are taken back. Its state has nothing else."""

    finding = "truth/ignores-refunds"

    def __init__(self) -> None:
        super().__init__()
        self.points: dict[str, int] = {}

    def keep(self, envelope: Envelope) -> None:
        if envelope["event"] == "payment.completed":
            key = str(envelope["data"].get("customerId"))
            self.points[key] = self.points.get(key, 0) + int(envelope["data"].get("paidAmount") or 0) // 100

    def state(self) -> dict[str, Any]:
        return {"points": dict(self.points), "inbox": sorted(self.inbox)}

    def reset(self) -> None:
        super().reset()
        self.points = {}


class EndsAtUnpaid(Shop):
    """UNPAID is taken for the end of a subscription: one that has paid its debt stays closed."""

    finding = "truth/keeps-old-values"

    def is_newer(self, row: Row, known: Row | None) -> bool:
        return super().is_newer(row, known) and (known is None or known.get("status") != "UNPAID")


class InsertsOnly(Shop):
    """INSERT ... ON CONFLICT DO NOTHING: the first event about a thing stays."""

    finding = "truth/keeps-old-values"

    def is_newer(self, _row: Row, known: Row | None) -> bool:
        return known is None


class UpdatesOnly(Shop):
    """UPDATE ... WHERE id = ?: what is not there is not made, except by the event that begins it."""

    finding = "order/drops-early-updates"

    def keep(self, envelope: Envelope) -> None:
        found = self.row_of(envelope)
        begins = envelope["event"] in {"subscription.created", "customer.created", "payment.completed"}
        if found is not None and (begins or found[1] in self.tables.get(found[0], {})):
            super().keep(envelope)


class DropsEarlyRefunds(Shop):
    """A refund of a payment that it does not know is dropped."""

    finding = "order/drops-early-updates"

    def keep(self, envelope: Envelope) -> None:
        key = str(envelope["data"].get("paymentId"))
        if envelope["event"] != "payment.canceled" or key in self.tables.get("payments", {}):
            super().keep(envelope)


class RevivesTheDeleted(Shop):
    """An update that comes after the deletion makes the customer again."""

    finding = "order/resurrection"

    def keep(self, envelope: Envelope) -> None:
        if envelope["event"] == "customer.deleted":
            self.tables.setdefault("customers", {}).pop(str(envelope["data"]["id"]), None)
        else:
            super().keep(envelope)


class RevivesTheCancelled(Shop):
    """A subscription.updated that comes late opens what was cancelled."""

    finding = "order/last-arrival-wins"

    def is_newer(self, row: Row, known: Row | None) -> bool:
        return "next_payment_date" in row or super().is_newer(row, known)


class _Seconds(Shop):
    """The second of the event is the version of its row."""

    def version(self, envelope: Envelope, _rank: str) -> str:
        return f"{envelope['timestamp']:012d}"


class EqualSecondsAreNewer(_Seconds):
    """`timestamp >= stored`: of one second the last arrival wins."""

    finding = "tie/tie-flip"

    def is_newer(self, row: Row, known: Row | None) -> bool:
        return known is None or bool(row["version"] >= known["version"])


class EqualSecondsAreOlder(_Seconds):
    """`timestamp > stored`: of one second the first arrival wins."""

    finding = "tie/tie-flip"

    def is_newer(self, row: Row, known: Row | None) -> bool:
        return known is None or bool(row["version"] > known["version"])


class GoesByTheRankOfTheStatus(Shop):
    """A status never goes back: ACTIVE after UNPAID is taken for an old event."""

    finding = "truth/as-the-store-says"
    ranks = ("INCOMPLETE", "QUEUEING", "ACTIVE", "PENDING_PAUSE", "PAUSE", "UNPAID", "PENDING_CANCEL", "CANCELED")

    def is_newer(self, row: Row, known: Row | None) -> bool:
        if known is None or "next_payment_date" not in row:
            return super().is_newer(row, known)
        one, other = (self.ranks.index(each["status"]) if each["status"] in self.ranks else 9 for each in (row, known))
        return (one, row["version"]) > (other, known["version"])


class LosesTheRestOfARefund(Shop):
    """The amount of the first partial refund stays."""

    finding = "truth/keeps-old-values"

    def keep(self, envelope: Envelope) -> None:
        found = self.row_of(envelope)
        known = {} if found is None else self.tables.get(found[0], {}).get(found[1], {})
        before = known.get("canceled_amount", "0")
        super().keep(envelope)
        if found is not None and before != "0":
            self.tables[found[0]][found[1]]["canceled_amount"] = before


class AddsRefunds(Shop):
    """Each canceledAmount is added, though each is the sum so far."""

    finding = "truth/as-the-store-says"

    def __init__(self) -> None:
        super().__init__()
        self.refunds: dict[str, Decimal] = {}

    def keep(self, envelope: Envelope) -> None:
        super().keep(envelope)
        data = envelope["data"]
        if envelope["event"] == "payment.canceled":
            key = str(data["paymentId"])
            self.refunds[key] = self.refunds.get(key, Decimal()) + Decimal(
                (data.get("cancel") or {}).get("canceledAmount") or 0
            )

    def state(self) -> dict[str, Any]:
        told = super().state()
        for key, row in told.get("payments", {}).items():
            row["canceled_amount"] = format(self.refunds.get(key, Decimal()).normalize(), "f")
        return told

    def reset(self) -> None:
        super().reset()
        self.refunds = {}


class WritesTheWholeForAPart(Shop):
    """A partial refund is stored as one of the whole amount."""

    finding = "truth/partial-refund"

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        row = super().payment(envelope)
        return {**row, "canceled_amount": "0" if row["canceled_amount"] == "0" else row["paid_amount"]}


class OverwritesTheTotal(Shop):
    """One column for the amount: a refund of a part is written over what was paid."""

    finding = "truth/partial-refund"

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        row = super().payment(envelope)
        return {**row, "paid_amount": row["paid_amount"] if row["canceled_amount"] == "0" else row["canceled_amount"]}


class ComparesVersionsAsTexts(Shop):
    """Numbers of any length as texts: "9" is greater than "10", and an older event than the newer."""

    finding = "truth/as-the-store-says"

    def version(self, _envelope: Envelope, rank: str) -> str:
        return rank[::-1]


class SumsPaymentsWithoutRefunds(Shop):
    """What a customer has paid in all: a refund takes nothing from it."""

    finding = "truth/ignores-refunds"

    def keep(self, envelope: Envelope) -> None:
        if envelope["event"] == "payment.completed":
            rows = self.tables.setdefault("sums", {})
            row = rows.setdefault(str(envelope["data"].get("customerId")), {"paid": "0"})
            row["paid"] = format(Decimal(row["paid"]) + Decimal(envelope["data"].get("paidAmount") or 0), "f")
        elif not envelope["event"].startswith("payment."):
            super().keep(envelope)


class OneGuardForAll(Shop):
    """One newest second for all rows: an event about another thing makes this one old."""

    finding = "order/has-one-guard-for-all"

    def keep(self, envelope: Envelope) -> None:
        newest = self.tables.setdefault("guard", {}).setdefault("all", {"second": 0})
        if envelope["timestamp"] >= newest["second"]:
            newest["second"] = envelope["timestamp"]
            super().keep(envelope)


class OneGuardForACustomer(Shop):
    """One newest second for all things of a customer."""

    finding = "order/has-one-guard-for-all"

    def keep(self, envelope: Envelope) -> None:
        guards = self.tables.setdefault("guards", {})
        guard = guards.setdefault(str(envelope["data"].get("customerId")), {"second": 0})
        if envelope["timestamp"] >= guard["second"] or "customerId" not in envelope["data"]:
            guard["second"] = envelope["timestamp"]
            super().keep(envelope)


MEMBERS: tuple[type[Shop], ...] = (
    IgnoresRefunds,
    KeepsPointsAfterRefunds,
    EndsAtUnpaid,
    InsertsOnly,
    UpdatesOnly,
    DropsEarlyRefunds,
    RevivesTheDeleted,
    RevivesTheCancelled,
    EqualSecondsAreNewer,
    EqualSecondsAreOlder,
    GoesByTheRankOfTheStatus,
    LosesTheRestOfARefund,
    AddsRefunds,
    WritesTheWholeForAPart,
    OverwritesTheTotal,
    ComparesVersionsAsTexts,
    SumsPaymentsWithoutRefunds,
    OneGuardForAll,
    OneGuardForACustomer,
)
