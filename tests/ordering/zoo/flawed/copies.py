"""Receivers that copy a value once and never update it."""

from __future__ import annotations

from typing import Any

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, Row, Shop
from ordering.zoo.webhook import about


class AddressSetOnce(Guarded):
    """The address that came first stays, for it was the login."""

    flaw = "stale overwrite"
    shows_on = ("profile",)

    def write(self, table: str, key: str, version: Any, row: Row | None) -> bool:
        if row is not None and table == "customers":
            row["email"] = self.note("logins").setdefault(key, row["email"])
        return super().write(table, key, version, row)


class AddressCopied(Guarded):
    """A subscription copies its customer's address when it comes."""

    flaw = "stale overwrite"
    shows_on = ("customer-subscribes",)

    def handle(self, envelope: Envelope) -> int:
        status, (table, key) = super().handle(envelope), about(envelope)
        if table == "subscriptions":
            customer = self.rows("customers").get(str(envelope["data"]["customerId"]), {})
            self.rows(table)[key].setdefault("email", customer.get("email"))
        return status


class AddressCached(Guarded):
    """The first payment or subscription reads its customer's address, and whoever reads it later gets the same."""

    flaw = "stale overwrite"
    shows_on = ("customer-subscribes",)

    def handle(self, envelope: Envelope) -> int:
        status, (table, _) = super().handle(envelope), about(envelope)
        key = str(envelope["data"].get("customerId"))
        known = self.rows("customers").get(key)
        if table != "customers" and known is not None:
            self.rows("mailings").setdefault(key, {"email": known["email"]})
        return status


class PaidWhenItCame(Guarded):
    """An order looks for its payment when it is created, and a payment does not look for its order."""

    flaw = "stale overwrite"
    shows_on = ("purchase", "deposit")

    def handle(self, envelope: Envelope) -> int:
        paid = self.note("paid")
        if envelope["event"] == "payment.completed":
            paid[envelope["data"]["orderId"]] = True
        if envelope["event"] == "order.created":
            key = str(envelope["data"]["id"])
            self.rows("parcels").setdefault(key, {"packed": key in paid})
        return super().handle(envelope)


MEMBERS: tuple[type[Shop], ...] = (AddressSetOnce, AddressCopied, AddressCached, PaidWhenItCame)
