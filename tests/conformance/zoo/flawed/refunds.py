"""Receivers with one mistake in what a refund does: of a part, of the whole, or the second one of a payment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from conformance.zoo.shop import Envelope, Shop


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


class LosesTheRestOfARefund(Shop):
    """The amount of the first partial refund stays."""

    finding = "truth/loses-a-second-refund"

    def keep(self, envelope: Envelope) -> None:
        found = self.row_of(envelope)
        known = {} if found is None else self.tables.get(found[0], {}).get(found[1], {})
        before = known.get("canceled_amount", "0")
        super().keep(envelope)
        if found is not None and before != "0":
            self.tables[found[0]][found[1]]["canceled_amount"] = before


class AddsRefunds(Shop):
    """Each canceledAmount is added, though each is the sum so far."""

    finding = "truth/adds-refunds-up"

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


class TakesOneRefundOfAPayment(Shop):
    """`if payment.refunded: return`."""

    finding = "truth/loses-a-second-refund"

    def keep(self, envelope: Envelope) -> None:
        known = self.tables.get("payments", {}).get(str(envelope["data"].get("paymentId")), {})
        if envelope["event"] != "payment.canceled" or known.get("canceled_amount", "0") == "0":
            super().keep(envelope)


class FailsOnASecondRefund(Shop):
    """An exception says that the payment was refunded already, and the framework answers 500."""

    finding = "truth/loses-a-second-refund"

    def keep(self, envelope: Envelope) -> None:
        known = self.tables.get("payments", {}).get(str(envelope["data"].get("paymentId")), {})
        if envelope["event"] == "payment.canceled" and known.get("canceled_amount", "0") != "0":
            raise ValueError("is refunded already")
        super().keep(envelope)


class _Totals(Shop):
    """What each customer has paid, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.totals: dict[str, Decimal] = {}

    def keep(self, envelope: Envelope) -> None:
        data = envelope["data"]
        if envelope["event"] == "payment.completed":
            self.add(data, Decimal(data.get("paidAmount") or 0))
        elif envelope["event"] == "payment.canceled":
            self.give_back(data, Decimal((data.get("cancel") or {}).get("canceledAmount") or 0))

    def add(self, data: dict[str, Any], amount: Decimal) -> None:
        key = str(data.get("customerId"))
        self.totals[key] = self.totals.get(key, Decimal()) + amount

    def give_back(self, data: dict[str, Any], amount: Decimal) -> None:
        self.add(data, -amount)

    def state(self) -> dict[str, Any]:
        totals = {key: format(amount.normalize(), "f") for key, amount in self.totals.items()}
        return {"totals": totals, "inbox": sorted(self.inbox)}

    def reset(self) -> None:
        super().reset()
        self.totals = {}


class AddsRefundsToATotal(_Totals):
    """Each canceledAmount is taken from the total, though the second one has the first one in it."""

    finding = "truth/adds-refunds-up"


class TakesOneRefundFromATotal(_Totals):
    """A set of the payments that were refunded: the rest of a refund is not taken from the total."""

    finding = "truth/loses-a-second-refund"

    def give_back(self, data: dict[str, Any], amount: Decimal) -> None:
        if str(data["paymentId"]) not in self.refunded:
            self.refunded.add(str(data["paymentId"]))
            self.add(data, -amount)

    def reset(self) -> None:
        super().reset()
        self.refunded: set[str] = set()


class PaidMinusCancelled(Shop):
    """`amount -= canceledAmount`, in the row of the payment, at each webhook."""

    finding = "truth/adds-refunds-up"

    def __init__(self) -> None:
        super().__init__()
        self.left: dict[str, Decimal] = {}

    def keep(self, envelope: Envelope) -> None:
        super().keep(envelope)
        data = envelope["data"]
        if envelope["event"] in {"payment.completed", "payment.canceled"}:
            key = str(data["paymentId"])
            paid = Decimal(data.get("paidAmount") or 0) if envelope["event"] == "payment.completed" else 0
            back = Decimal((data.get("cancel") or {}).get("canceledAmount") or 0)
            self.left[key] = self.left.get(key, Decimal()) + paid - back

    def state(self) -> dict[str, Any]:
        told = super().state()
        for key, row in told.get("payments", {}).items():
            del row["paid_amount"], row["canceled_amount"]
            row["amount"] = format(self.left.get(key, Decimal()).normalize(), "f")
        return told

    def reset(self) -> None:
        super().reset()
        self.left = {}


MEMBERS: tuple[type[Shop], ...] = (
    IgnoresRefunds,
    KeepsPointsAfterRefunds,
    SumsPaymentsWithoutRefunds,
    WritesTheWholeForAPart,
    OverwritesTheTotal,
    LosesTheRestOfARefund,
    AddsRefunds,
    TakesOneRefundOfAPayment,
    FailsOnASecondRefund,
    AddsRefundsToATotal,
    TakesOneRefundFromATotal,
    PaidMinusCancelled,
)
