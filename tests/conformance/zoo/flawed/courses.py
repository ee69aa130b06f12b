"""Receivers with one mistake that shows in several deliveries: copies, ties, and orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from conformance.zoo.shop import Envelope, Hook, RefusedError, Shop, digest


class CountsCopiesAgain(Shop):
    """Rows are guarded, and points are not."""

    finding = "duplicate/counts-copies-again"

    def is_copy(self, _envelope: Envelope, _hook: Hook) -> bool:
        return False


class KnowsSignaturesOnly(Shop):
    """A resend has a newer signature."""

    finding = "duplicate/counts-copies-again"

    def mark(self, _envelope: Envelope, hook: Hook) -> str:
        return hook.headers.get(self.header, "")

    def state(self) -> dict[str, Any]:
        return {**super().state(), "inbox": len(self.tables)}


class ForgetsCopies(Shop):
    finding = "duplicate/forgets-copies"

    def is_copy(self, envelope: Envelope, hook: Hook) -> bool:
        known = super().is_copy(envelope, hook)
        self.inbox = {digest(envelope)}
        return known

    def state(self) -> dict[str, Any]:
        return {name: rows for name, rows in super().state().items() if name != "inbox"}


class RefusesCopies(Shop):
    finding = "duplicate/refuses-copies"
    copy_status = 409


class FailsOnCopies(Shop):
    finding = "duplicate/refuses-copies"
    copy_status = 500


class TakesTypeAndSecondForAnId(Shop):
    finding = "tie/takes-two-events-for-one"

    def mark(self, envelope: Envelope, _hook: Hook) -> str:
        return f"{envelope['event']} {envelope['timestamp']}"


class LastArrivalWins(Shop):
    finding = "order/last-arrival-wins"

    def is_newer(self, row: Mapping[str, Any], _known: Mapping[str, Any] | None) -> bool:
        return bool(row)


class DropsOrphans(Shop):
    """An update of what it does not know is dropped."""

    finding = "order/drops-early-updates"

    def keep(self, envelope: Envelope) -> None:
        found = self.row_of(envelope)
        if found is None:
            return
        table, key, _ = found
        begins = envelope["event"] in {"subscription.created", "customer.created"}
        if table == "payments" or begins or key in self.tables.get(table, {}):
            super().keep(envelope)


class RefusesOrphans(Shop):
    finding = "order/refuses-early-updates"
    options: ClassVar[Mapping[str, Any]] = {"types": ["customer.created", "customer.updated", "customer.deleted"]}

    def keep(self, envelope: Envelope) -> None:
        if envelope["event"] == "customer.deleted" and not self.tables.get("customers"):
            self.inbox.clear()
            raise RefusedError(404, "no such customer")
        super().keep(envelope)


class RefusesUpdatesWithoutARow(Shop):
    finding = "order/refuses-early-updates"

    def keep(self, envelope: Envelope) -> None:
        found = self.row_of(envelope)
        if envelope["event"] == "subscription.updated" and found and found[1] not in self.tables.get(found[0], {}):
            self.inbox.discard(digest(envelope))
            raise RefusedError(404, "no such row")
        super().keep(envelope)


MEMBERS: tuple[type[Shop], ...] = (
    CountsCopiesAgain,
    KnowsSignaturesOnly,
    ForgetsCopies,
    RefusesCopies,
    FailsOnCopies,
    TakesTypeAndSecondForAnId,
    LastArrivalWins,
    DropsOrphans,
    RefusesOrphans,
    RefusesUpdatesWithoutARow,
)
