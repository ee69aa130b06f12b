"""Receivers that bring back a deleted object."""

from __future__ import annotations

from typing import Any

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, Row, Shop
from ordering.zoo.webhook import about, row_of, version_of


class DeletesTheRow(Guarded):
    """The version goes with the row that is deleted, so that a late update makes it again."""

    flaw = "resurrection"
    shows_on = ("customer-leaves", "catalogue")

    def write(self, table: str, key: str, version: Any, row: Row | None) -> bool:
        written = super().write(table, key, version, row)
        if written and row is None:
            del self.note("versions")[f"{table}/{key}"]
        return written


class NoTombstoneForTheUnknown(Guarded):
    """A deletion of what is not known leaves no trace, and the creation comes after it."""

    flaw = "resurrection"
    shows_on = ("customer-leaves", "catalogue")

    def write(self, table: str, key: str, version: Any, row: Row | None) -> bool:
        if row is None and key not in self.rows(table):
            return False
        return super().write(table, key, version, row)


class CreatedOnceMore(Guarded):
    """Guards all but a creation, which inserts a row that is missing: only a resent one comes after the deletion."""

    flaw = "resurrection"
    shows_on = ("customer-leaves",)

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        created, doomed = self.note("created"), self.note("doomed")
        if envelope["event"].endswith(".deleted") and key not in created:
            doomed[key] = True
        if not envelope["event"].endswith(".created"):
            return super().handle(envelope)
        created[key] = True
        if doomed.pop(key, None) is None:
            self.rows(table).setdefault(key, row_of(envelope))
            self.note("versions").setdefault(f"{table}/{key}", version_of(envelope))
        return 204


class PriceOfAnOldProduct(Shop):
    """A product writes the prices that it lists and the shop does not know, such as one that was deleted."""

    flaw = "resurrection"
    shows_on = ("catalogue",)

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        prices = self.rows("prices")
        if envelope["event"] == "product.price.deleted":
            prices.pop(key, None)
        elif table == "prices":
            prices.setdefault(key, {"listed": True})
        else:
            for price in envelope["data"]["prices"]:
                prices.setdefault(price["priceCode"], {"listed": True})
        return 204


class PricesWithTwoWriters(Guarded):
    """A price has its own webhooks, which are guarded, and is in its product's, which write it without a version."""

    flaw = "stale overwrite"
    shows_on = ("catalogue",)

    def handle(self, envelope: Envelope) -> int:
        status = super().handle(envelope)
        if envelope["event"].startswith("product.") and about(envelope)[0] == "products":
            for price in envelope["data"]["prices"]:
                self.rows("prices")[price["priceCode"]] = {"price": price["price"]}
        return status


MEMBERS: tuple[type[Shop], ...] = (
    DeletesTheRow,
    NoTombstoneForTheUnknown,
    CreatedOnceMore,
    PriceOfAnOldProduct,
    PricesWithTwoWriters,
)
