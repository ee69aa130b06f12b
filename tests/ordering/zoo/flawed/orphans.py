"""Receivers that drop an event which comes before the object that it belongs to."""

from __future__ import annotations

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, Shop
from ordering.zoo.webhook import about, canceled_amount, row_of, status_of

_BEGINNINGS = (".created", ".standby")


class UpdateOfNothingRaises(Guarded):
    """Only a creation inserts; an update of a row that is not there raises."""

    flaw = "order-dependent rejection"
    shows_on = ("profile", "tied-updates")

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        if not envelope["event"].endswith(_BEGINNINGS) and key not in self.rows(table):
            raise LookupError(key)
        return super().handle(envelope)


class UpdateOfNothingIsDropped(Guarded):
    """An update of a row that is not there changes no row, as SQL does it, and is answered with 200."""

    flaw = "orphan update lost"
    shows_on = ("profile", "tied-updates")

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        if not envelope["event"].endswith(_BEGINNINGS) and key not in self.rows(table):
            return 200
        return super().handle(envelope)


class PaymentNeedsOrder(Guarded):
    """A payment has a foreign key to its order, and without it is a 500."""

    flaw = "order-dependent rejection"
    shows_on = ("purchase", "refund-in-parts", "deposit")

    def handle(self, envelope: Envelope) -> int:
        if envelope["event"].startswith("payment.") and envelope["data"]["orderId"] not in self.rows("orders"):
            return 500
        return super().handle(envelope)


class InvoiceMustBeSent(Guarded):
    """A payment of an order is refused with 409 until its invoice is SENT, and so is one that overtook the sending."""

    flaw = "order-dependent rejection"
    shows_on = ("invoice-paid",)

    def handle(self, envelope: Envelope) -> int:
        sent = self.note("sent")
        if envelope["event"].startswith("invoice.") and status_of(envelope) == "SENT":
            sent[str(envelope["data"]["orderId"])] = True
        if envelope["event"] == "payment.completed" and envelope["data"]["orderId"] not in sent:
            return 409
        return super().handle(envelope)


class CancellationOfNothingIsDropped(Guarded):
    """A subscription that is not known cannot be cancelled, so its cancellation is forgotten."""

    flaw = "orphan update lost"
    shows_on = ("paused-then-cancelled",)

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        if table == "subscriptions" and status_of(envelope) == "CANCELED" and key not in self.rows(table):
            return 200
        return super().handle(envelope)


class WritesThenRefuses(Guarded):
    """A payment is written, and answered with 500 if its order is unknown: the rows are right, the answers are not."""

    flaw = "order-dependent rejection"
    shows_on = ("purchase", "deposit")

    def handle(self, envelope: Envelope) -> int:
        status = super().handle(envelope)
        orphan = envelope["event"].startswith("payment.") and envelope["data"]["orderId"] not in self.rows("orders")
        return 500 if orphan else status


class ShareOfNothing(Guarded):
    """What was given back is divided by what was paid, which is 0 as long as no payment is known."""

    flaw = "order-dependent rejection"
    shows_on = ("refund-in-parts",)

    def handle(self, envelope: Envelope) -> int:
        paid = self.note("paid")
        key = str(envelope["data"].get("paymentId"))
        if envelope["event"] == "payment.completed":
            paid[key] = envelope["data"]["paidAmount"]
        if envelope["event"] == "payment.canceled":
            self.note("shares")[key] = canceled_amount(envelope) / paid.get(key, 0)
        return super().handle(envelope)


class OneWaitingPlace(Guarded):
    """An update that comes before its creation waits for it, in one place, where the next one takes its turn."""

    flaw = "orphan update lost"
    shows_on = ("renewal-recovers", "pause-at-period-end")
    hides = "the update that waits"

    def handle(self, envelope: Envelope) -> int:
        waiting = self.note("waiting")
        table, key = about(envelope)
        if envelope["event"] == "subscription.updated" and key not in self.rows(table):
            waiting[key] = [self.version(envelope), row_of(envelope)]
            return 202
        status = super().handle(envelope)
        if envelope["event"] == "subscription.created" and key in waiting:
            self.write(table, key, *waiting.pop(key))
        return status


class IdsOfTwoTypes(Shop):
    """A payment looks for its order by the text of its id, under which no order is kept, and waits for ever."""

    flaw = "orphan update lost"
    shows_on = ("purchase", "refund-in-parts")

    def handle(self, envelope: Envelope) -> int:
        data, waiting, ids = envelope["data"], self.note("waiting"), self.note("ids")
        if envelope["event"] == "payment.completed" and data["orderId"] not in ids.values():  # numbers, never texts
            waiting[data["orderId"]] = True
        if envelope["event"] == "order.created":
            key = str(data["id"])
            ids[key] = data["id"]
            row = self.rows("orders").setdefault(key, {"paid": False})
            row["paid"] = row["paid"] or waiting.pop(key, False)
        return 204


MEMBERS: tuple[type[Shop], ...] = (
    UpdateOfNothingRaises,
    UpdateOfNothingIsDropped,
    PaymentNeedsOrder,
    InvoiceMustBeSent,
    CancellationOfNothingIsDropped,
    WritesThenRefuses,
    ShareOfNothing,
    OneWaitingPlace,
    IdsOfTwoTypes,
)
