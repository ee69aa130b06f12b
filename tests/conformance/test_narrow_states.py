"""Right receivers whose state shows little, or keeps refunds in its own way, have no finding, whatever the seed."""

from __future__ import annotations

from typing import Any

import pytest
from conformance.checked import TYPES, card_of, names
from conformance.zoo.shop import Envelope, Shop
from thinning import thinned

ENTITLED = {"ACTIVE", "PENDING_PAUSE", "PENDING_CANCEL"}


def canceled(envelope: Envelope) -> tuple[str, int]:
    """When something was given back for the last time, and how much so far."""
    told = envelope["data"].get("cancel") or {}
    return told.get("lastCanceledDate") or "", int(told.get("canceledAmount") or 0)


class _Keeps(Shop):
    """Keeps each payment event too, for what a state shows of it."""

    def __init__(self) -> None:
        super().__init__()
        self.payments: dict[str, list[Envelope]] = {}

    def keep(self, envelope: Envelope) -> None:
        super().keep(envelope)
        if envelope["event"] in {"payment.completed", "payment.canceled"}:
            self.payments.setdefault(str(envelope["data"]["paymentId"]), []).append(envelope)

    def others(self) -> dict[str, Any]:
        """The rows of all but payments."""
        return {name: rows for name, rows in super().state().items() if name not in {"payments", "inbox"}}

    def reset(self) -> None:
        super().reset()
        self.payments = {}


class GuardsRefundsByTheirDate(_Keeps):
    """A refund is newer whose lastCanceledDate is newer."""

    def state(self) -> dict[str, Any]:
        refunds: dict[str, tuple[str, int]] = {}
        for key, events in self.payments.items():
            for one in map(canceled, events):
                if one[0] > refunds.setdefault(key, ("", 0))[0]:
                    refunds[key] = one
        return {**self.others(), "refunds": {key: amount for key, (_, amount) in refunds.items()}}


class KeepsARefundForEachDate(_Keeps):
    """A row for each payment and lastCanceledDate."""

    def state(self) -> dict[str, Any]:
        told: dict[str, dict[str, int]] = {}
        for key, events in self.payments.items():
            for moment, amount in map(canceled, events):
                told.setdefault(key, {}).setdefault(moment, amount)  # a second one of that date would be no refund
        return {**self.others(), "refunds": told}


class KeepsAHistory(_Keeps):
    """Each entry has both amounts."""

    def state(self) -> dict[str, Any]:
        history: dict[str, list[dict[str, Any]]] = {}
        for events in self.payments.values():
            for one in sorted(events, key=lambda one: (one["timestamp"], canceled(one))):
                paid = int(one["data"].get("paidAmount") or 0)
                entry = {"at": one["timestamp"], "paid": paid, "back": canceled(one)[1]}
                history.setdefault(str(one["data"].get("customerId")), []).append(entry)
        return {**super().state(), "history": history}


class KeepsPaymentsOfAMonth(_Keeps):
    """A payment is found by the month of its paidAt, which stays what it is."""

    def state(self) -> dict[str, Any]:
        months: dict[str, dict[str, int]] = {}
        for key, events in self.payments.items():
            for one in events:
                month = (one["data"].get("paidAt") or "never")[:7]
                rows = months.setdefault(month, {})
                rows[key] = max(rows.get(key, 0), canceled(one)[1])
        return {**super().state(), "months": months}


class ShowsAccessAlone(Shop):
    """For each customer the subscriptions that give access, and nothing of others."""

    def subscription(self, envelope: Envelope) -> dict[str, Any]:
        return {**super().subscription(envelope), "customer": str(envelope["data"].get("customerId"))}

    def state(self) -> dict[str, Any]:
        access: dict[str, list[str]] = {}
        for key, row in sorted(self.tables.get("subscriptions", {}).items()):
            access.setdefault(row["customer"], []).extend([key] if row["status"] in ENTITLED else [])
        return {"access": access} if access else {}


class ShowsWhoIsEntitled(ShowsAccessAlone):
    """A set of customers: the state shows nothing of a subscription that is paused or has ended."""

    def state(self) -> dict[str, Any]:
        return {"entitled": sorted(customer for customer, keys in super().state().get("access", {}).items() if keys)}


SHOPS = (
    *(GuardsRefundsByTheirDate, KeepsARefundForEachDate, KeepsAHistory, KeepsPaymentsOfAMonth),
    *(ShowsAccessAlone, ShowsWhoIsEntitled),
)


@pytest.mark.parametrize(("shop", "seed"), thinned([(shop, seed) for shop in SHOPS for seed in (7, 8, 9)], every=3))
def test_a_right_receiver_has_no_finding(shop: type[Shop], seed: int) -> None:
    card = card_of(shop(), types=TYPES, seed=seed)
    assert (names(card), card.ok) == ([], True), card.report()
