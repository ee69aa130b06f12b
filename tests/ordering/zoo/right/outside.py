"""Right receivers with effects outside: some read back the present state, some act only once."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, Row, Shop
from ordering.zoo.webhook import about, canceled_amount, row_of


class ReadsBack(Shop):
    """A webhook only says what to look up; what is written is what StepPay's API says then (fact 27)."""

    @cached_property
    def truth(self) -> dict[tuple[str, str], Row | None]:
        """What the API says at the end of the story."""
        happened = [event.payload for event in self.story]
        return {about(one): None if one["event"].endswith(".deleted") else row_of(one) for one in happened}

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        row = self.truth[table, key]
        if row is not None:
            self.rows(table)[key] = dict(row)
        return 204


class Outbox(Guarded):
    """A mail is put into the outbox under what it is about, where there is one of each."""

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        if table == "payments" and envelope["event"] != "payment.standby":
            letter = f"{envelope['event']} of payment {key}: {canceled_amount(envelope)}"
            if letter not in self.rows("outbox"):
                self.rows("outbox")[letter] = {"sent": True}
                self.do(f"mail {letter}")
        return super().handle(envelope)


class PointsLedger(Shop):
    """Points are entries under their payment, earned and withdrawn, each once and in either order."""

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        if table == "payments":
            entries = self.rows("entries")
            if envelope["event"] == "payment.completed":
                entries[f"{key} earned"] = {"points": envelope["data"]["paidAmount"] // 100}
            if envelope["event"] == "payment.canceled":
                name = f"{key} withdrawn"
                withdrawn = entries.get(name, {"points": 0})["points"]
                entries[name] = {"points": min(withdrawn, -(canceled_amount(envelope) // 100))}
        return 204


class WaitsForItsOrder(Guarded):
    """A payment that comes before its order is taken, waits, and is put to the order once that is there."""

    def handle(self, envelope: Envelope) -> int:
        status, data = super().handle(envelope), envelope["data"]
        waiting: dict[str, Any] = self.note("waiting")
        if envelope["event"] == "payment.completed":
            waiting[data["orderId"]] = True
        if envelope["event"].startswith("order."):
            self.note("orders")[str(data["id"])] = True
        for order in waiting.keys() & self.note("orders").keys():
            self.rows("paid")[order] = {"paid": True}
        return status


MEMBERS: tuple[type[Shop], ...] = (ReadsBack, Outbox, PointsLedger, WaitsForItsOrder)
