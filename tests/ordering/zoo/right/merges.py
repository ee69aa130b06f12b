"""Right receivers that merge: the order does not matter, and a repeat changes nothing."""

from __future__ import annotations

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, Row, Shop, Tables
from ordering.zoo.webhook import about, canceled_amount, row_of, status_of

_PAYMENT = ("STANDBY", "VIRTUAL_BANK_STANDBY", "FAILED", "COMPLETE", "PARTIAL_CANCELED", "CANCELED")
_ORDER = (
    *("CREATED", "PAYMENT_FAILURE", "DEPOSIT_WAITING", "PAID", "CANCELLATION_REFUNDED_PARTIALLY"),
    "CANCELLATION_REFUNDED",
)


class GreatestOfEach(Shop):
    """Sums only rise and statuses only go forward, so that of each the greatest is the newest."""

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        row = self.rows(table).setdefault(key, {})
        for column, value in self.marks(table, envelope).items():
            row[column] = max(value, row.get(column, value))
        return 204

    def marks(self, table: str, envelope: Envelope) -> Row:
        """Numbers that grow with time."""
        status = status_of(envelope)
        if table == "payments":
            return {"stage": _PAYMENT.index(status), "refunded": canceled_amount(envelope)}
        if table == "orders":
            return {"stage": _ORDER.index(status), "returned": envelope["data"]["returnedAmount"]}
        return {"heard of at": envelope["timestamp"]}


class SetOfRecords(Guarded):
    """Usage is a set of records by their ids, added up when it is looked at."""

    def handle(self, envelope: Envelope) -> int:
        if envelope["event"] == "subscription.usage.added":
            for record in envelope["data"]["recordQuotas"]:
                self.note("records")[str(record["id"])] = record["deltaRecord"]
        return super().handle(envelope)

    def state(self) -> Tables:
        records = self.note("records")
        return super().state() | ({"used": {"all": {"ever": sum(records.values())}}} if records else {})


class FlagsAreSet(Shop):
    """Paid, refunded, cancelled, deleted: flags that are set and never cleared."""

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        row = self.rows(table).setdefault(key, {})
        row[row_of(envelope).get("status") or "known"] = True
        row[envelope["event"].rpartition(".")[2]] = True
        return 204


MEMBERS: tuple[type[Shop], ...] = (GreatestOfEach, SetOfRecords, FlagsAreSet)
