"""Right receivers with habits of their own have no finding: other words, units, times and answers."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest
from conformance.checked import TYPES, card_of, names
from conformance.zoo.shop import Envelope, Hook, Shop
from thinning import thinned

KST = timezone(timedelta(hours=9))
PAID = {"COMPLETE", "CANCELED_FAIL", "PARTIAL_CANCELED", "CANCELED"}


class TenThousandths(Shop):
    """It keeps money as integers of a ten-thousandth of a won."""

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        row = super().payment(envelope)
        return row | {name: int(Decimal(row[name]) * 10_000) for name in ("paid_amount", "canceled_amount")}


class KoreanTime(Shop):
    """It converts times to Korean time, and writes them without a zone."""

    def moment(self, text: str | None) -> str | None:
        if text is None:
            return None
        return datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(KST).replace(tzinfo=None).isoformat(" ")


class KoreanDay(Shop):
    """It keeps the day in Korea."""

    def moment(self, text: str | None) -> str | None:
        return text and datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(KST).date().isoformat()


class Milliseconds(Shop):
    """It keeps times as milliseconds since the epoch, in texts."""

    def moment(self, text: str | None) -> str | None:
        return text and str(int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000))


class KoreanWords(Shop):
    """It has words of its own for statuses, one for each."""

    def status_of(self, status: str) -> str:
        return {"ACTIVE": "이용 중", "CANCELED": "해지", "PAUSE": "정지"}.get(status, f"기타 {status}")


class Revenue(Shop):
    """It shows no payment, and how much money is here."""

    def state(self) -> dict[str, Any]:
        rows = [row for row in self.tables.get("payments", {}).values() if row["status"] in PAID]
        return {"revenue": str(sum(Decimal(row["paid_amount"]) - Decimal(row["canceled_amount"]) for row in rows))}


class JsonAlone(Shop):
    """It answers 415 to what is no JSON."""

    def answer(self, hook: Hook) -> tuple[int, str]:
        is_json = hook.headers["content-type"].startswith("application/json")
        return super().answer(hook) if hook.method != "POST" or is_json else (415, "JSON alone")


class HashedIds(Shop):
    """It keeps no id, but its hash."""

    def id_of(self, value: Any) -> str:
        return sha256(str(value).encode()).hexdigest()


class Hidden(Shop):
    """It is not there for who cannot sign."""

    def answer(self, hook: Hook) -> tuple[int, str]:
        status, text = super().answer(hook)
        return (404, "") if status == 401 else (status, text)


class Talks(Shop):
    """It answers 200 with JSON to everything that it takes, and tells errors in JSON."""

    def answer(self, hook: Hook) -> tuple[int, str]:
        status, text = super().answer(hook)
        return (200, json.dumps({"received": True})) if status == 204 else (status, json.dumps({"error": text}))


class OneMinute(Shop):
    """It allows a minute."""

    tolerance = 60


class WrittenAt(Shop):
    """Its rows say when they were written, which the test leaves out."""

    options = {"ignore": ["written_at"]}  # noqa: RUF012 - as in the zoo

    def keep(self, envelope: Envelope) -> None:
        found = self.row_of(envelope)
        before = found and self.tables.get(found[0], {}).get(found[1])
        super().keep(envelope)
        if found and self.tables[found[0]][found[1]] is not before:
            self.tables[found[0]][found[1]]["written_at"] = time.time()


class OtherShopsOrders(Shop):
    """It does nothing with payments of orders that are not StepPay's (paymentOnly)."""

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        if self.read(hook.body)["data"].get("paymentOnly") is True:
            return 204, ""
        return super().take(hook)


class NumbersOfOrders(Shop):
    """It keeps the order of a payment as a number where it is one, and as none where it is a word of the merchant."""

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        order = str(envelope["data"].get("orderId") or "")
        return {**super().payment(envelope), "order_id": int(order) if order.isdecimal() else None}


class ShowsPlaces(Shop):
    """Its test shows the rows by their places in the table, from 0 on."""

    def state(self) -> dict[str, Any]:
        told = super().state()
        rows = {table: told[table] for table in told if table != "inbox"}
        return told | {
            table: {str(at): row for at, (_, row) in enumerate(sorted(of.items()))} for table, of in rows.items()
        }


class _KeepsRefunds(Shop):
    """It keeps each refund beside the payments."""

    def __init__(self) -> None:
        super().__init__()
        self.refunds: dict[str, dict[str, int]] = {}

    def keep(self, envelope: Envelope) -> None:
        super().keep(envelope)
        data = envelope["data"]
        if envelope["event"] == "payment.canceled":
            amount = int((data.get("cancel") or {}).get("canceledAmount") or 0)
            self.refunds.setdefault(str(data["paymentId"]), {})[self.version(envelope, "")] = amount

    def reset(self) -> None:
        super().reset()
        self.refunds = {}


class ListsRefunds(_KeepsRefunds):
    """It shows what was given back by each refund alone."""

    def state(self) -> dict[str, Any]:
        told = super().state()
        for key, row in told.get("payments", {}).items():
            sums = sorted({0, *self.refunds.get(key, {}).values()})
            row["refunds"] = [after - before for before, after in pairwise(sums)]
            del row["canceled_amount"]
        return told


class NamesRefundsByDigests(_KeepsRefunds):
    """It shows the sum after each refund, under the digest of the webhook that told it."""

    def state(self) -> dict[str, Any]:
        return super().state() | {"refunds": {key: dict(sums) for key, sums in self.refunds.items()}}


class TotalOfCustomers(_KeepsRefunds):
    """It shows what each customer has paid, less the largest sum of refunds of each payment."""

    def __init__(self) -> None:
        super().__init__()
        self.paid: dict[str, tuple[str, int]] = {}

    def keep(self, envelope: Envelope) -> None:
        super().keep(envelope)
        data = envelope["data"]
        if envelope["event"] in {"payment.completed", "payment.canceled"}:
            self.paid[str(data["paymentId"])] = str(data.get("customerId")), int(data.get("paidAmount") or 0)

    def state(self) -> dict[str, Any]:
        totals: dict[str, int] = {}
        for key, (customer, paid) in sorted(self.paid.items()):
            back = max((0, *self.refunds.get(key, {}).values()))
            totals[customer] = totals.get(customer, 0) + paid - back
        return super().state() | {"totals": totals}

    def reset(self) -> None:
        super().reset()
        self.paid = {}


HABITS = [
    *(TenThousandths, KoreanTime, KoreanDay, Milliseconds, KoreanWords, Revenue, JsonAlone, HashedIds, Hidden, Talks),
    *(OneMinute, WrittenAt, OtherShopsOrders, NumbersOfOrders, ShowsPlaces, ListsRefunds, NamesRefundsByDigests),
    TotalOfCustomers,
]


@pytest.mark.parametrize("quick", [True, pytest.param(False, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("shop", thinned(HABITS, every=3))
def test_a_right_receiver_may_have_habits(shop: type[Shop], quick: bool) -> None:  # noqa: FBT001 - a parameter
    card = card_of(shop(), types=TYPES, quick=quick)
    assert (names(card), card.ok) == ([], True), card.report()
    assert len(card.passed) > 85, card.report()
