"""Receivers that add up a value which they should look up."""

from __future__ import annotations

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, Shop
from ordering.zoo.webhook import about, canceled_amount


class AddsPayments(Guarded):
    """Each delivery of a payment adds its amount to the customer's."""

    flaw = "double effect"
    shows_on = ("purchase", "deposit", "renewal-recovers")

    def handle(self, envelope: Envelope) -> int:
        if envelope["event"] == "payment.completed":
            row = self.rows("customers").setdefault(envelope["data"]["customerId"], {"paid": 0})
            row["paid"] += envelope["data"]["paidAmount"]
        return super().handle(envelope)


class AddsRefunds(Guarded):
    """canceledAmount, which is the sum of all refunds of a payment, is added at each delivery."""

    flaw = "double effect"
    shows_on = ("refund-in-parts",)

    def handle(self, envelope: Envelope) -> int:
        if envelope["event"] == "payment.canceled":
            row = self.rows("refunds").setdefault(about(envelope)[1], {"refunded": 0})
            row["refunded"] += canceled_amount(envelope)
        return super().handle(envelope)


class AddsRises(Guarded):
    """What canceledAmount rose by is added; after an old one came late, a resent one seems to have risen again."""

    flaw = "double effect"
    shows_on = ("refund-in-parts",)
    hides = "the canceledAmount that came last"

    def handle(self, envelope: Envelope) -> int:
        if envelope["event"] == "payment.canceled":
            key, amount, last = about(envelope)[1], canceled_amount(envelope), self.note("last")
            row = self.rows("refunds").setdefault(key, {"refunded": 0})
            row["refunded"] += max(0, min(amount - last.get(key, 0), amount))
            last[key] = amount
        return super().handle(envelope)


class AddsUsage(Shop):
    """The newest delta of usage is added at each delivery."""

    flaw = "double effect"
    shows_on = ("usage",)

    def handle(self, envelope: Envelope) -> int:
        if envelope["event"] == "subscription.usage.added":
            row = self.rows("usage").setdefault(about(envelope)[1], {"used": 0})
            row["used"] += envelope["data"]["recordQuotas"][-1]["deltaRecord"]
        return 204


class RenewalClearsUsage(Shop):
    """Each record of usage is added once, and a renewal begins at 0, but counts what comes late to the new period."""

    flaw = "stale overwrite"
    shows_on = ("usage",)

    def handle(self, envelope: Envelope) -> int:
        if not self.meets(envelope):
            return 204
        if envelope["event"] == "subscription.usage.added":
            row = self.rows("usage").setdefault(about(envelope)[1], {"used": 0})
            row["used"] += envelope["data"]["recordQuotas"][-1]["deltaRecord"]
        if envelope["event"] == "subscription.updated":
            for item in envelope["data"]["items"]:
                self.rows("usage")[str(item["subscriptionItemId"])] = {"used": 0}
        return 204


class CountsRenewalsTwice(Shop):
    """A renewal is counted when its order is created, and when a paid one is seen that is not known yet."""

    flaw = "double effect"
    shows_on = ("renewals",)

    def handle(self, envelope: Envelope) -> int:
        data = envelope["data"]
        if not (self.meets(envelope) and envelope["event"].startswith("order.") and data["type"] == "RECURRING"):
            return 204
        known = self.note("known")
        if envelope["event"] == "order.created" or str(data["id"]) not in known:
            self.rows("customers").setdefault(str(data["customerId"]), {"renewals": 0})["renewals"] += 1
        if envelope["event"] == "order.created":
            known[str(data["id"])] = True
        return 204


class ThreeFailuresInARow(Shop):
    """Three failed payments in a row of arrival suspend the customer for good."""

    flaw = "stale overwrite"
    shows_on = ("three-failures",)
    hides = "the failures in a row"

    def handle(self, envelope: Envelope) -> int:
        if not self.meets(envelope):
            return 204
        key, row = str(envelope["data"]["customerId"]), self.note("row")
        row[key] = row.get(key, 0) + 1 if envelope["event"] == "payment.failed" else 0
        if row[key] == 3:
            self.rows("customers")[key] = {"suspended": True}
        return 204


MEMBERS: tuple[type[Shop], ...] = (
    AddsPayments,
    AddsRefunds,
    AddsRises,
    AddsUsage,
    RenewalClearsUsage,
    CountsRenewalsTwice,
    ThreeFailuresInARow,
)
